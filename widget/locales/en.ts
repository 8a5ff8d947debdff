// English. A title says what happened, a hint what to do about it; neither blames the visitor.
import { plural, type Words } from './words.ts';

const count = plural('en');
const minutes = { one: 'minute', other: 'minutes' };
const seconds = { one: 'second', other: 'seconds' };

export const words: Words = {
  callWith: address => `Call with ${address}`,
  asking: 'May we use your microphone?',
  askingHint: 'Choose “Allow” in your browser’s question, and the call begins.',
  calling: 'Calling…',
  ringing: 'Ringing…',
  inCall: 'In call',
  signallingLost: 'The connection is unsteady. You can keep talking.',
  mute: 'Mute',
  unmute: 'Unmute',
  mutedNote: 'Muted',
  keypad: 'Keypad',
  digits: 'Digits sent',
  volume: 'Volume',
  hangUp: 'Hang up',
  cancel: 'Cancel',
  callAgain: 'Call again',
  close: 'Close',
  elsewhere: 'Another call is on',
  remoteVideo: 'Video of the other side',
  selfVideo: 'Your own camera',
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
      hint: 'Click the icon beside the page’s address, allow the microphone, then call again.',
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
      title: 'The microphone is blocked here',
      hint: 'The site, or the settings of your device, forbid it.',
    },
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
