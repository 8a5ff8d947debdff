// Español. El título dice qué pasó, la indicación qué hacer; ninguno culpa a quien llama.
import { plural, type Words } from './words.ts';

const count = plural('es');
const minutes = { one: 'minuto', other: 'minutos' };
const seconds = { one: 'segundo', other: 'segundos' };

export const words: Words = {
  callWith: address => `Llamada a ${address}`,
  asking: '¿Podemos usar su micrófono?',
  askingWhy: 'Para que le oigan, y solo durante esta llamada.',
  askingHint: {
    chromium: 'Elija «Permitir» en la pregunta de arriba a la izquierda, junto a la dirección de la página.',
    firefox:
      'Elija su micrófono y «Permitir» en la pregunta de arriba a la izquierda, bajo la dirección de la página.',
    safari: 'Elija «Permitir» en la pregunta del centro de la ventana.',
    android: 'Toque «Permitir» en la pregunta de la pantalla.',
    ios: 'Toque «Permitir» en la pregunta de la pantalla.',
  },
  allowHint: {
    chromium:
      'Haga clic en el icono a la izquierda de la dirección, active el micrófono y vuelva a intentarlo.',
    firefox:
      'Haga clic en el micrófono tachado a la izquierda de la dirección, quite el bloqueo y vuelva a intentarlo.',
    safari:
      'En el menú elija Safari, Ajustes para este sitio web, permita el micrófono y vuelva a intentarlo.',
    android:
      'Toque el icono a la izquierda de la dirección, luego Permisos, permita el micrófono y vuelva a intentarlo.',
    ios: 'Toque el botón junto a la dirección, luego Ajustes del sitio web, permita el micrófono y vuelva a intentarlo.',
  },
  allowed: 'El micrófono ya está permitido. Puede llamar.',
  calling: 'Llamando…',
  ringing: 'Sonando…',
  inCall: 'En llamada',
  signallingLost: 'La conexión es inestable. Puede seguir hablando.',
  mediaLost: 'Volviendo a conectar…',
  mediaLostHint: 'El sonido se ha interrumpido. Puede seguir esperando.',
  held: 'En espera',
  hold: 'Espera',
  resume: 'Reanudar',
  heldByThem: 'Le han puesto en espera',
  holdRefused: 'En esta llamada no se puede poner en espera. Puede silenciar su micrófono.',
  qualities: { good: 'Buen sonido', fair: 'Sonido regular', poor: 'Mal sonido' },
  troubles: {
    'nothing-arrives': 'No llega sonido del otro lado.',
    'not-reaching': 'Puede que no le oigan: su sonido no llega al otro lado.',
    'not-heard': 'Puede que no le oigan: su conexión pierde sonido.',
    'microphone-silent':
      'Puede que no le oigan: su micrófono está en silencio. Mire si tiene un interruptor.',
    'breaking-up': 'La conexión es mala. El sonido puede cortarse.',
  },
  mute: 'Silenciar',
  unmute: 'Activar',
  mutedNote: 'Micrófono silenciado',
  keypad: 'Teclado',
  noDigits: 'En esta llamada no se pueden enviar teclas.',
  digits: 'Cifras enviadas',
  volume: 'Volumen',
  settings: 'Sonido y dispositivos',
  microphone: 'Micrófono',
  speaker: 'Altavoz',
  camera: 'Cámara',
  systemDefault: 'El del sistema',
  hangUp: 'Colgar',
  cancel: 'Cancelar',
  callAgain: 'Llamar de nuevo',
  callAnyway: 'Llamar de todos modos',
  close: 'Cerrar',
  elsewhere: 'Hay otra llamada en curso',
  trial: {
    title: 'Antes de la llamada',
    invitation: 'Escuche cómo suena. No se llama a nadie.',
    start: 'Probar el sonido',
    startBoth: 'Probar sonido y cámara',
    stop: 'Parar',
    again: 'Probar de nuevo',
    connecting: 'Conectando…',
    speak: 'Hable y se oirá a sí mismo',
    returned: 'Lo que ha vuelto',
    works: 'Su sonido ha vuelto. Puede llamar',
    roundTrip: milliseconds => `Ida y vuelta en ${milliseconds}\u00a0ms.`,
    silent: 'Su micrófono está en silencio',
    silentHint: 'Elija otro o mire si tiene un interruptor.',
    lost: 'Su sonido no vuelve',
    failed: 'La prueba no salió',
    allowed: 'El micrófono ya está listo. Puede probarlo',
  },
  putAway: 'Ocultar el botón de llamada',
  fold: 'Reducir',
  unfold: 'Mostrar todo',
  opensWindow: 'Se abre en una ventana propia',
  listening: 'Está escuchando',
  listeningWhy: 'Nadie le oye. Para decir algo, pulse «Hablar».',
  speaking: 'Le oyen',
  speak: 'Hablar',
  listen: 'Solo escuchar',
  askingFor: {
    camera: {
      title: '¿Podemos usar su cámara?',
      why: 'Para que el otro lado le vea, y solo en esta llamada.',
    },
    voice: {
      title: '¿Podemos usar su micrófono?',
      why: 'Para que los demás le oigan, hasta que elija «Solo escuchar».',
    },
  },
  refusals: {
    'camera-refused': 'Esta página no puede usar su cámara. La llamada sigue sin ella.',
    'camera-missing': 'No se encontró ninguna cámara. La llamada sigue sin ella.',
    'camera-in-use': 'Otro programa está usando su cámara. La llamada sigue sin ella.',
    'camera-declined': 'El otro lado no acepta vídeo. La llamada sigue sin él.',
    'voice-refused': 'Esta página no puede usar su micrófono. Puede seguir escuchando.',
    'voice-missing': 'No se encontró ningún micrófono. Puede seguir escuchando.',
    'voice-in-use': 'Otro programa está usando su micrófono. Puede seguir escuchando.',
    'voice-declined': 'Ahora mismo no se le puede oír. Puede seguir escuchando.',
  },
  cameraOn: 'Su cámara está encendida',
  remoteVideo: 'Vídeo del otro lado',
  selfVideo: 'Su cámara',
  closed: 'Ahora está cerrado',
  closedUntil: time => `Cerrado, abre ${time}`,
  opens: time => `Abre ${time}.`,
  notAnswering: 'Su teléfono no responde en este momento',
  fallbacks: 'Otras formas de contactar',
  callPerson: name => `Llamar a ${name}`,
  fromOwnPhone: 'Desde su propio teléfono',
  byMail: 'Escribir un correo',
  callback: 'Pedir que le llamen',
  callbackHint: 'Deje su número',
  yourName: 'Nombre (opcional)',
  yourPhone: 'Número de teléfono',
  yourPhoneHint: 'Un número tiene cifras, como +34 910 00 00 00.',
  yourMessage: 'Mensaje (opcional)',
  send: 'Enviar',
  sending: 'Enviando…',
  callbackSent: 'Gracias. Su petición se ha transmitido.',
  callbackFailed: 'No se pudo enviar. Inténtelo de nuevo.',
  callbackOften: 'Ya se ha enviado varias veces. Vuelva a intentarlo en unos minutos.',
  turnCamera: 'Cambiar de cámara',
  pictureInPicture: 'Imagen en imagen',
  fullScreen: 'Pantalla completa',
  talked(total) {
    const parts = [count(total % 60, seconds)];
    if (total >= 60) parts.unshift(count(Math.floor(total / 60), minutes));
    return `Ha hablado ${parts.join(' ')}.`;
  },
  reasons: {
    'hung-up': { title: 'Llamada terminada', hint: '' },
    'remote-hung-up': { title: 'El otro lado colgó', hint: '' },
    cancelled: { title: 'Llamada cancelada', hint: '' },
    busy: { title: 'La línea está ocupada', hint: 'Vuelva a intentarlo en unos minutos.' },
    declined: { title: 'Rechazaron la llamada', hint: 'Ahora no pueden hablar. Inténtelo más tarde.' },
    'no-answer': { title: 'Nadie contestó', hint: 'Vuelva a intentarlo un poco más tarde.' },
    'not-found': {
      title: 'No hay nadie con ese nombre',
      hint: 'No se puede llegar a esta dirección. Busque otro contacto en esta página.',
    },
    'microphone-refused': {
      title: 'El acceso al micrófono está denegado',
      hint: 'Permita el micrófono para esta página en su navegador y vuelva a intentarlo.',
    },
    'microphone-dismissed': {
      title: 'El micrófono aún no está permitido',
      hint: 'La pregunta del navegador se cerró sin respuesta. Vuelva a intentarlo y elija «Permitir».',
    },
    'microphone-off': {
      title: 'Su dispositivo tiene el micrófono apagado',
      hint: 'Permita que este navegador lo use en los ajustes de privacidad de su dispositivo y vuelva a intentarlo.',
    },
    'microphone-missing': {
      title: 'No se encontró ningún micrófono',
      hint: 'Conecte unos auriculares o un micrófono y vuelva a intentarlo.',
    },
    'microphone-in-use': {
      title: 'El micrófono está ocupado',
      hint: 'Otro programa lo está usando. Cierre ese programa y vuelva a intentarlo.',
    },
    'microphone-blocked': {
      title: 'Esta página no puede usar un micrófono',
      hint: 'El sitio no permite llamadas aquí. Abra la página en una ventana propia y vuelva a intentarlo.',
    },
    elsewhere: {
      title: 'Está en otra llamada',
      hint: 'Está en otra pestaña o ventana. Termínela allí y vuelva a intentarlo.',
    },
    closed: { title: 'Ahora está cerrado', hint: '' },
    'insecure-page': {
      title: 'Para llamar hace falta una página segura',
      hint: 'Abra esta página con una dirección que empiece por https://.',
    },
    'unsupported-browser': {
      title: 'Este navegador no puede llamar',
      hint: 'Un Chrome, Safari, Firefox o Edge actual sí puede.',
    },
    'gateway-unreachable': {
      title: 'No se pudo conectar',
      hint: 'Compruebe su conexión a internet y vuelva a intentarlo.',
    },
    'server-unreachable': {
      title: 'Su teléfono no responde',
      hint: 'El problema está en el otro lado. Vuelva a intentarlo en unos minutos.',
    },
    'media-failed': {
      title: 'El sonido no pasa',
      hint: 'Puede que su red bloquee las llamadas. Pruebe con otra, por ejemplo una red móvil.',
    },
    'call-dropped': {
      title: 'La llamada se cortó',
      hint: 'Se perdió la conexión. Vuelva a llamar para seguir.',
    },
    'bad-address': { title: 'Este botón de llamada aún no está configurado', hint: '' },
    failed: { title: 'La llamada no se pudo hacer', hint: 'Vuelva a intentarlo en unos minutos.' },
  },
};
