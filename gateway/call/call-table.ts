// The states of a call, as a table. Pure data: call.ts and echo-test.ts perform the actions. The table does not depend on
// SIP messages, on the relay, or on the words in which an end is logged.

/**
 * - `setting-up`: the INVITE of the browser has no answer, and neither has the INVITE to the PBX
 * - `answering`: the PBX has answered; the browser does not have its 200 yet
 * - `established`: both sides have a confirmed dialog
 * - `ended`: both sides are answered, or are being answered
 */
export const callStates = ['setting-up', 'answering', 'established', 'ended'] as const;
export type CallState = (typeof callStates)[number];

/**
 * Of the set-up: `answered` is the 2xx of the PBX, `joined` the dialog with the browser, `refused` the last server's
 * refusal, `failed` an error of the set-up. Of the browser: `cancelled` is a CANCEL, `visitorLeft` the loss of its
 * WebSocket. `browserBye` and `pbxBye` end a dialog; `request` is any other request in a dialog. `engineLeft` and
 * `engineBack` are the connection to the SIP engine. Of the relay: `mediaConnected`, `mediaLost` (the browser's ICE
 * checks end), `mediaFailed`, `pbxSilent`, `oneWay` (one-way sound begins or is over). `deadline` is the timer of the
 * present state; `end` comes from the gateway itself.
 */
export const callInputs = [
  'answered',
  'joined',
  'refused',
  'failed',
  'cancelled',
  'visitorLeft',
  'browserBye',
  'pbxBye',
  'request',
  'engineLeft',
  'engineBack',
  'mediaConnected',
  'mediaLost',
  'mediaFailed',
  'pbxSilent',
  'oneWay',
  'deadline',
  'end',
] as const;
export type CallInput = (typeof callInputs)[number];

/**
 * - `answer`: send the 200 to the browser
 * - `establish`: the call is up
 * - `release`: the dialog comes too late: BYE
 * - `refuse`: final response to the browser, CANCEL or BYE to the PBX
 * - `hangUp`: BYE to both sides
 * - `wait`: start the reconnect grace
 * - `awaitSent`: the engine has the 200 and has not confirmed it: wait for the confirmation for a short time
 * - `resume`: stop the reconnect grace of the media
 * - `verify`: ask both sides whether their dialogs are still there
 * - `probe`: ask the PBX whether it is still there
 * - `notify`: report one-way sound to the log and the page
 * - `perform`: the request is performed
 * - `defer`: a request that changes the session has to come again later: 491 (RFC 3261 14.2)
 * - `reject`: the dialog is over: 481
 * - `ignore`: no action
 */
export type CallAction =
  | 'answer'
  | 'establish'
  | 'release'
  | 'refuse'
  | 'hangUp'
  | 'wait'
  | 'awaitSent'
  | 'resume'
  | 'verify'
  | 'probe'
  | 'notify'
  | 'perform'
  | 'defer'
  | 'reject'
  | 'ignore';

export type CallStep = readonly [next: CallState, action: CallAction];

/** Before the call is established, each loss and each end refuses the INVITE. */
const unanswered = {
  refused: ['ended', 'refuse'],
  failed: ['ended', 'refuse'],
  cancelled: ['ended', 'refuse'],
  visitorLeft: ['ended', 'refuse'],
  browserBye: ['ended', 'refuse'],
  pbxBye: ['ended', 'refuse'],
  engineLeft: ['ended', 'refuse'],
  mediaLost: ['ended', 'refuse'],
  mediaFailed: ['ended', 'refuse'],
  deadline: ['ended', 'refuse'],
  end: ['ended', 'refuse'],
} as const satisfies { readonly [I in CallInput]?: CallStep };

export const callTable: {
  readonly [S in CallState]: { readonly [I in CallInput]: CallStep };
} = {
  'setting-up': {
    ...unanswered,
    answered: ['answering', 'answer'],
    joined: ['setting-up', 'ignore'],
    request: ['setting-up', 'defer'],
    engineBack: ['setting-up', 'ignore'],
    mediaConnected: ['setting-up', 'resume'],
    pbxSilent: ['setting-up', 'ignore'],
    oneWay: ['setting-up', 'ignore'],
  },
  answering: {
    ...unanswered,
    answered: ['answering', 'ignore'],
    joined: ['established', 'establish'],
    visitorLeft: ['answering', 'awaitSent'],
    request: ['answering', 'defer'],
    engineBack: ['answering', 'ignore'],
    mediaConnected: ['answering', 'resume'],
    pbxSilent: ['answering', 'ignore'],
    oneWay: ['answering', 'ignore'],
  },
  established: {
    answered: ['established', 'ignore'],
    joined: ['established', 'ignore'],
    refused: ['established', 'ignore'],
    failed: ['established', 'ignore'],
    // RFC 3261 9.2: a CANCEL has no effect on a request that has its final response.
    cancelled: ['established', 'ignore'],
    // Sound crosses neither the WebSocket nor the engine: the call may go on without them for a while.
    visitorLeft: ['established', 'wait'],
    browserBye: ['ended', 'hangUp'],
    pbxBye: ['ended', 'hangUp'],
    request: ['established', 'perform'],
    engineLeft: ['established', 'wait'],
    engineBack: ['established', 'verify'],
    mediaConnected: ['established', 'resume'],
    mediaLost: ['established', 'wait'],
    mediaFailed: ['ended', 'hangUp'],
    pbxSilent: ['established', 'probe'],
    oneWay: ['established', 'notify'],
    deadline: ['ended', 'hangUp'],
    end: ['ended', 'hangUp'],
  },
  ended: {
    answered: ['ended', 'release'],
    joined: ['ended', 'release'],
    refused: ['ended', 'ignore'],
    failed: ['ended', 'ignore'],
    cancelled: ['ended', 'ignore'],
    visitorLeft: ['ended', 'ignore'],
    browserBye: ['ended', 'ignore'],
    pbxBye: ['ended', 'ignore'],
    request: ['ended', 'reject'],
    engineLeft: ['ended', 'ignore'],
    engineBack: ['ended', 'ignore'],
    mediaConnected: ['ended', 'ignore'],
    mediaLost: ['ended', 'ignore'],
    mediaFailed: ['ended', 'ignore'],
    pbxSilent: ['ended', 'ignore'],
    oneWay: ['ended', 'ignore'],
    deadline: ['ended', 'ignore'],
    end: ['ended', 'ignore'],
  },
};
