// Deutsch. Der Titel sagt, was geschah, der Hinweis, was zu tun ist; beide geben niemandem die Schuld.
import { plural, type Words } from './words.ts';

const count = plural('de');
const minutes = { one: 'Minute', other: 'Minuten' };
const seconds = { one: 'Sekunde', other: 'Sekunden' };

export const words: Words = {
  callWith: address => `Anruf bei ${address}`,
  asking: 'Dürfen wir Ihr Mikrofon benutzen?',
  askingWhy: 'Damit man Sie hören kann, nur in diesem Gespräch.',
  askingHint: {
    chromium: 'Wählen Sie „Zulassen“ in der Frage oben links, neben der Adresse der Seite.',
    firefox: 'Wählen Sie Ihr Mikrofon und „Erlauben“ in der Frage oben links, unter der Adresse der Seite.',
    safari: 'Wählen Sie „Erlauben“ in der Frage in der Mitte des Fensters.',
    android: 'Tippen Sie in der Frage auf dem Bildschirm auf „Zulassen“.',
    ios: 'Tippen Sie in der Frage auf dem Bildschirm auf „Erlauben“.',
  },
  allowHint: {
    chromium:
      'Klicken Sie auf das Symbol links neben der Adresse der Seite, schalten Sie das Mikrofon ein und versuchen Sie es noch einmal.',
    firefox:
      'Klicken Sie auf das durchgestrichene Mikrofon links neben der Adresse, heben Sie die Sperre auf und versuchen Sie es noch einmal.',
    safari:
      'Wählen Sie im Menü „Safari“, „Einstellungen für diese Website“, erlauben Sie das Mikrofon und versuchen Sie es noch einmal.',
    android:
      'Tippen Sie auf das Symbol links neben der Adresse, dann auf „Berechtigungen“, erlauben Sie das Mikrofon und versuchen Sie es noch einmal.',
    ios: 'Tippen Sie auf die Taste neben der Adresse, dann auf „Website-Einstellungen“, erlauben Sie das Mikrofon und versuchen Sie es noch einmal.',
  },
  allowed: 'Das Mikrofon ist jetzt erlaubt. Sie können anrufen.',
  calling: 'Verbindung wird hergestellt…',
  ringing: 'Es klingelt…',
  inCall: 'Im Gespräch',
  signallingLost: 'Die Verbindung ist unsicher. Sie können weitersprechen.',
  mediaLost: 'Verbindung wird wiederhergestellt…',
  mediaLostHint: 'Der Ton ist unterbrochen. Sie können dranbleiben.',
  held: 'Gehalten',
  hold: 'Halten',
  resume: 'Fortsetzen',
  heldByThem: 'Sie werden gehalten',
  holdRefused: 'Halten ist in diesem Gespräch nicht möglich. Sie können das Mikrofon ausschalten.',
  qualities: { good: 'Guter Ton', fair: 'Mäßiger Ton', poor: 'Schlechter Ton' },
  troubles: {
    'nothing-arrives': 'Von der anderen Seite kommt kein Ton an.',
    'not-reaching': 'Man hört Sie vielleicht nicht: Ihr Ton kommt dort nicht an.',
    'not-heard': 'Man hört Sie vielleicht nicht: Ihre Verbindung verliert Ton.',
    'microphone-silent':
      'Man hört Sie vielleicht nicht: Ihr Mikrofon ist stumm. Suchen Sie einen Schalter daran.',
    'breaking-up': 'Die Verbindung ist schlecht. Der Ton kann aussetzen.',
  },
  mute: 'Stumm',
  unmute: 'Laut',
  mutedNote: 'Mikrofon aus',
  keypad: 'Tasten',
  noDigits: 'In diesem Anruf können keine Tasten gesendet werden.',
  digits: 'Gesendete Ziffern',
  volume: 'Lautstärke',
  settings: 'Ton und Geräte',
  microphone: 'Mikrofon',
  speaker: 'Lautsprecher',
  camera: 'Kamera',
  systemDefault: 'Wie im System',
  hangUp: 'Auflegen',
  cancel: 'Abbrechen',
  callAgain: 'Noch einmal anrufen',
  callAnyway: 'Trotzdem anrufen',
  close: 'Schließen',
  elsewhere: 'Ein anderer Anruf läuft',
  trial: {
    title: 'Vor dem Anruf',
    invitation: 'Hören Sie, wie Sie klingen. Niemand wird angerufen.',
    start: 'Ton prüfen',
    startBoth: 'Ton und Kamera prüfen',
    stop: 'Stopp',
    again: 'Noch einmal prüfen',
    connecting: 'Verbindung wird hergestellt…',
    speak: 'Sprechen Sie, und Sie hören sich selbst',
    returned: 'Was zurückkam',
    works: 'Ihr Ton kam zurück. Sie können anrufen',
    roundTrip: milliseconds => `Hin und zurück in ${milliseconds}\u00a0ms.`,
    silent: 'Ihr Mikrofon ist stumm',
    silentHint: 'Wählen Sie ein anderes, oder suchen Sie einen Schalter daran.',
    lost: 'Ihr Ton kommt nicht zurück',
    failed: 'Die Prüfung ist nicht gelungen',
    allowed: 'Das Mikrofon ist jetzt bereit. Sie können es prüfen',
  },
  putAway: 'Anruftaste ausblenden',
  fold: 'Verkleinern',
  unfold: 'Alles zeigen',
  opensWindow: 'Öffnet sich in einem eigenen Fenster',
  listening: 'Sie hören zu',
  listeningWhy: 'Niemand hört Sie. Um etwas zu sagen, drücken Sie „Sprechen“.',
  speaking: 'Man kann Sie hören',
  speak: 'Sprechen',
  listen: 'Nur zuhören',
  askingFor: {
    camera: {
      title: 'Dürfen wir Ihre Kamera benutzen?',
      why: 'Damit die andere Seite Sie sieht, nur in diesem Gespräch.',
    },
    voice: {
      title: 'Dürfen wir Ihr Mikrofon benutzen?',
      why: 'Damit die anderen Sie hören, bis Sie „Nur zuhören“ wählen.',
    },
  },
  refusals: {
    'camera-refused': 'Diese Seite darf Ihre Kamera nicht benutzen. Das Gespräch geht ohne sie weiter.',
    'camera-missing': 'Keine Kamera gefunden. Das Gespräch geht ohne sie weiter.',
    'camera-in-use': 'Ein anderes Programm benutzt Ihre Kamera. Das Gespräch geht ohne sie weiter.',
    'camera-declined': 'Die andere Seite nimmt kein Bild an. Das Gespräch geht ohne weiter.',
    'voice-refused': 'Diese Seite darf Ihr Mikrofon nicht benutzen. Sie können weiter zuhören.',
    'voice-missing': 'Kein Mikrofon gefunden. Sie können weiter zuhören.',
    'voice-in-use': 'Ein anderes Programm benutzt Ihr Mikrofon. Sie können weiter zuhören.',
    'voice-declined': 'Im Augenblick kann man Sie nicht hören. Sie können weiter zuhören.',
  },
  cameraOn: 'Ihre Kamera ist an',
  remoteVideo: 'Bild der anderen Seite',
  selfVideo: 'Ihre Kamera',
  closed: 'Zurzeit geschlossen',
  closedUntil: time => `Geschlossen, öffnet ${time}`,
  opens: time => `Öffnet ${time}.`,
  notAnswering: 'Das Telefon der anderen Seite antwortet gerade nicht',
  fallbacks: 'Andere Wege dorthin',
  callPerson: name => `${name} anrufen`,
  fromOwnPhone: 'Mit dem eigenen Telefon',
  byMail: 'Eine E-Mail schreiben',
  callback: 'Um Rückruf bitten',
  callbackHint: 'Hinterlassen Sie Ihre Nummer',
  yourName: 'Name (freiwillig)',
  yourPhone: 'Telefonnummer',
  yourPhoneHint: 'Eine Nummer besteht aus Ziffern, etwa +49 30 000000.',
  yourMessage: 'Nachricht (freiwillig)',
  send: 'Senden',
  sending: 'Wird gesendet…',
  callbackSent: 'Danke. Ihre Bitte wurde weitergegeben.',
  callbackFailed: 'Es konnte nicht gesendet werden. Versuchen Sie es noch einmal.',
  callbackOften: 'Das wurde schon mehrmals gesendet. Versuchen Sie es in einigen Minuten noch einmal.',
  turnCamera: 'Kamera wechseln',
  pictureInPicture: 'Bild im Bild',
  fullScreen: 'Vollbild',
  talked(total) {
    const parts = [count(total % 60, seconds)];
    if (total >= 60) parts.unshift(count(Math.floor(total / 60), minutes));
    return `Sie haben ${parts.join(' ')} gesprochen.`;
  },
  reasons: {
    'hung-up': { title: 'Anruf beendet', hint: '' },
    'remote-hung-up': { title: 'Die andere Seite hat aufgelegt', hint: '' },
    cancelled: { title: 'Anruf abgebrochen', hint: '' },
    busy: { title: 'Die Leitung ist besetzt', hint: 'Versuchen Sie es in einigen Minuten noch einmal.' },
    declined: {
      title: 'Der Anruf wurde abgelehnt',
      hint: 'Im Augenblick kann niemand sprechen. Versuchen Sie es später.',
    },
    'no-answer': { title: 'Niemand hat abgenommen', hint: 'Versuchen Sie es etwas später noch einmal.' },
    'not-found': {
      title: 'Niemand mit diesem Namen',
      hint: 'Diese Adresse ist nicht erreichbar. Suchen Sie einen anderen Kontakt auf dieser Seite.',
    },
    'microphone-refused': {
      title: 'Das Mikrofon ist nicht erlaubt',
      hint: 'Erlauben Sie das Mikrofon für diese Seite in Ihrem Browser und versuchen Sie es noch einmal.',
    },
    'microphone-dismissed': {
      title: 'Das Mikrofon ist noch nicht erlaubt',
      hint: 'Die Frage des Browsers wurde ohne Antwort geschlossen. Versuchen Sie es noch einmal und wählen Sie „Zulassen“.',
    },
    'microphone-off': {
      title: 'Ihr Gerät hält das Mikrofon aus',
      hint: 'Erlauben Sie es diesem Browser in den Datenschutz-Einstellungen Ihres Geräts und versuchen Sie es noch einmal.',
    },
    'microphone-missing': {
      title: 'Kein Mikrofon gefunden',
      hint: 'Schließen Sie ein Headset oder ein Mikrofon an und versuchen Sie es noch einmal.',
    },
    'microphone-in-use': {
      title: 'Das Mikrofon ist belegt',
      hint: 'Ein anderes Programm benutzt es. Schließen Sie dieses Programm und versuchen Sie es noch einmal.',
    },
    'microphone-blocked': {
      title: 'Diese Seite darf kein Mikrofon benutzen',
      hint: 'Die Website lässt hier keine Anrufe zu. Öffnen Sie die Seite in einem eigenen Fenster und versuchen Sie es noch einmal.',
    },
    elsewhere: {
      title: 'Sie sind in einem anderen Gespräch',
      hint: 'Es ist in einem anderen Tab oder Fenster. Beenden Sie es dort und versuchen Sie es noch einmal.',
    },
    closed: { title: 'Zurzeit geschlossen', hint: '' },
    'insecure-page': {
      title: 'Anrufe brauchen eine sichere Seite',
      hint: 'Öffnen Sie diese Seite unter einer Adresse, die mit https:// beginnt.',
    },
    'unsupported-browser': {
      title: 'Dieser Browser kann nicht anrufen',
      hint: 'Ein aktueller Chrome, Safari, Firefox oder Edge kann es.',
    },
    'gateway-unreachable': {
      title: 'Keine Verbindung',
      hint: 'Prüfen Sie Ihre Internetverbindung und versuchen Sie es noch einmal.',
    },
    'server-unreachable': {
      title: 'Das Telefon der anderen Seite antwortet nicht',
      hint: 'Die Störung liegt auf der anderen Seite. Versuchen Sie es in einigen Minuten noch einmal.',
    },
    'media-failed': {
      title: 'Es kommt kein Ton durch',
      hint: 'Vielleicht sperrt Ihr Netz Anrufe. Versuchen Sie ein anderes, zum Beispiel ein Mobilfunknetz.',
    },
    'call-dropped': {
      title: 'Der Anruf ist abgebrochen',
      hint: 'Die Verbindung ging verloren. Rufen Sie noch einmal an, um weiterzusprechen.',
    },
    'bad-address': { title: 'Diese Anruftaste ist noch nicht eingerichtet', hint: '' },
    failed: {
      title: 'Der Anruf kam nicht zustande',
      hint: 'Versuchen Sie es in einigen Minuten noch einmal.',
    },
  },
};
