// English. A title says what happened, a hint what to do about it; neither blames the visitor.
import { plural, type Words } from './words.ts';

const count = plural('en');
const minutes = { one: 'minute', other: 'minutes' };
const seconds = { one: 'second', other: 'seconds' };

export const words: Words = {
  callWith: address => `Call with ${address}`,
  asking: 'May we use your microphone?',
  askingWhy: 'It lets the other side hear you, in this call only.',
  askingHint: {
    chromium: 'Choose “Allow” in the question at the top left, beside the page’s address.',
    firefox: 'Choose your microphone and “Allow” in the question at the top left, under the page’s address.',
    safari: 'Choose “Allow” in the question in the middle of the window.',
    android: 'Tap “Allow” in the question on your screen.',
    ios: 'Tap “Allow” in the question on your screen.',
  },
  allowHint: {
    chromium: 'Click the icon to the left of the page’s address, switch the microphone on, then call again.',
    firefox:
      'Click the crossed-out microphone to the left of the page’s address, remove the block, then call again.',
    safari: 'In the menu choose Safari, Settings for This Website, allow the microphone, then call again.',
    android:
      'Tap the icon to the left of the page’s address, then Permissions, allow the microphone, then call again.',
    ios: 'Tap the button beside the page’s address, then Website Settings, allow the microphone, then call again.',
  },
  allowed: 'The microphone is allowed now. You can call.',
  calling: 'Calling…',
  ringing: 'Ringing…',
  inCall: 'In call',
  signallingLost: 'The connection is unsteady. You can keep talking.',
  mediaLost: 'Reconnecting…',
  mediaLostHint: 'The sound is interrupted. You can keep waiting.',
  held: 'On hold',
  hold: 'Hold',
  resume: 'Resume',
  heldByThem: 'They put you on hold',
  holdRefused: 'Hold is not possible in this call. You can mute your microphone.',
  qualities: { good: 'Good sound', fair: 'Fair sound', poor: 'Poor sound' },
  troubles: {
    'nothing-arrives': 'No sound is arriving from the other side.',
    'not-heard': 'They may not hear you: your connection is losing sound.',
    'microphone-silent': 'They may not hear you: your microphone is silent. Look for a switch on it.',
    'breaking-up': 'The connection is poor. The sound may break up.',
  },
  mute: 'Mute',
  unmute: 'Unmute',
  mutedNote: 'Muted',
  keypad: 'Keypad',
  digits: 'Digits sent',
  volume: 'Volume',
  settings: 'Sound and devices',
  microphone: 'Microphone',
  speaker: 'Speaker',
  camera: 'Camera',
  systemDefault: 'System default',
  hangUp: 'Hang up',
  cancel: 'Cancel',
  callAgain: 'Call again',
  callAnyway: 'Call anyway',
  close: 'Close',
  elsewhere: 'Another call is on',
  remoteVideo: 'Video of the other side',
  selfVideo: 'Your own camera',
  closed: 'Closed now',
  closedUntil: time => `Closed, opens ${time}`,
  opens: time => `Opens ${time}.`,
  notAnswering: 'Their telephone is not answering right now',
  otherwise: 'Other ways to reach them',
  callPerson: name => `Call ${name}`,
  fromOwnPhone: 'From your own phone',
  byMail: 'Write an e-mail',
  callback: 'Ask to be called back',
  callbackHint: 'Leave your number',
  yourName: 'Name (optional)',
  yourPhone: 'Phone number',
  yourPhoneHint: 'A number has digits, such as +7 912 000-00-00.',
  yourMessage: 'Message (optional)',
  send: 'Send',
  sending: 'Sending…',
  callbackSent: 'Thank you. Your request has been passed on.',
  callbackFailed: 'It could not be sent. Try again.',
  callbackOften: 'That was sent several times already. Try again in a few minutes.',
  talked(total) {
    const parts = [count(total % 60, seconds)];
    if (total >= 60) parts.unshift(count(Math.floor(total / 60), minutes));
    return `You talked for ${parts.join(' ')}.`;
  },
  reasons: {
    'hung-up': { title: 'Call ended', hint: '' },
    'remote-hung-up': { title: 'The other side hung up', hint: '' },
    cancelled: { title: 'Call cancelled', hint: '' },
    busy: { title: 'The line is busy', hint: 'Try again in a few minutes.' },
    declined: { title: 'The call was declined', hint: 'They cannot talk now. Try again later.' },
    'no-answer': { title: 'Nobody answered', hint: 'Try again a little later.' },
    'not-found': {
      title: 'Nobody by that name',
      hint: 'This address cannot be reached. Look for another contact on this page.',
    },
    'microphone-refused': {
      title: 'Microphone access is off',
      hint: 'Allow the microphone for this page in your browser, then call again.',
    },
    'microphone-dismissed': {
      title: 'The microphone is not allowed yet',
      hint: 'The browser’s question was closed without an answer. Call again and choose “Allow”.',
    },
    'microphone-off': {
      title: 'Your device keeps the microphone off',
      hint: 'Allow this browser to use it in the privacy settings of your device, then call again.',
    },
    'microphone-missing': {
      title: 'No microphone found',
      hint: 'Plug in a headset or a microphone, then call again.',
    },
    'microphone-in-use': {
      title: 'The microphone is busy',
      hint: 'Another program is using it. Close that program, then call again.',
    },
    'microphone-blocked': {
      title: 'This page may not use a microphone',
      hint: 'The site does not permit calls here. Open the page in a window of its own and call again.',
    },
    elsewhere: {
      title: 'You are in another call',
      hint: 'It is in another tab or window. End it there, then call again.',
    },
    closed: { title: 'Closed now', hint: '' },
    'insecure-page': {
      title: 'Calls need a secure page',
      hint: 'Open this page by an address that begins with https://.',
    },
    'unsupported-browser': {
      title: 'This browser cannot make calls',
      hint: 'A current Chrome, Safari, Firefox or Edge can.',
    },
    'gateway-unreachable': {
      title: 'Could not connect',
      hint: 'Check your internet connection, then call again.',
    },
    'server-unreachable': {
      title: 'Their telephone is not responding',
      hint: 'The trouble is on their side. Try again in a few minutes.',
    },
    'media-failed': {
      title: 'No sound gets through',
      hint: 'Your network may block calls. Try another one, a mobile network for example.',
    },
    'call-dropped': { title: 'The call was cut off', hint: 'The connection was lost. Call again to go on.' },
    'bad-address': { title: 'This call button is not set up yet', hint: '' },
    failed: { title: 'The call did not go through', hint: 'Try again in a few minutes.' },
  },
};
