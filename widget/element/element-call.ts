// The call of one element: its state in the store, its conversation, and the rule that a page has one call at a time.
// State changes only by confirmed events. Draws nothing.
import { newTask } from '../base/reactive.ts';
import {
  type Call,
  type CallEvent,
  type EndReason,
  idle,
  isActive,
  type Rows,
  reduce,
} from '../call/call-store.ts';
import type { Conversation } from '../call/conversation.ts';
import type { CallRequest, PreparedPhone } from '../call/prepared-phone.ts';
import type { Streams } from '../card/video-view.ts';
import { soundSource } from '../devices/sound.ts';

/** What `start` needs of the code that is loaded with the visitor's intent. */
export interface CallParts {
  readonly Conversation: typeof Conversation;
  readonly progress: Rows;
  readonly phones: PreparedPhone;
}

/** The one call of the page that is being set up or is established. */
let active: ElementCall | undefined;

export class ElementCall {
  /** Changed by {@link report} only. */
  state: Call = idle;
  conversation: Conversation | undefined;
  /** Shown without a call, in the gallery and in tests of the appearance. */
  simulatedStreams: Streams = {};
  #volume = 1;
  readonly #changed: (before: Call) => void;
  readonly #streamsChanged: () => void;
  /** Present once the code is loaded. */
  parts: CallParts | undefined;

  constructor(changed: (before: Call) => void, streamsChanged: () => void) {
    this.#changed = changed;
    this.#streamsChanged = streamsChanged;
  }

  /** Some element of the page has a call. */
  get pageIsBusy(): boolean {
    return Boolean(active);
  }

  /** Another element of the page has a call. */
  get isElsewhere(): boolean {
    return Boolean(active && active !== this);
  }

  /** 0 to 1. */
  set volume(value: number) {
    this.#volume = value;
    if (this.conversation) this.conversation.volume = value;
  }

  readonly report = (event: CallEvent): void => {
    const before = this.state;
    this.state = reduce(before, event, this.parts?.progress);
    if (this.state === before) return;
    if (!isActive(this.state)) {
      this.conversation = undefined;
      if (active === this) active = undefined;
    }
    this.#changed(before);
  };

  /** Must be called during the visitor's gesture. `load` fetches the code when it is not loaded yet. */
  async start(request: CallRequest, load: () => Promise<CallParts>): Promise<void> {
    active = this;
    const sound = soundSource();
    this.report({ type: 'requested', listen: request.listen });
    const requested = this.state;
    // A listener of `sip-call-state` may have hung up.
    if (!isActive(requested)) return sound.close();
    let { parts } = this;
    if (!parts) {
      parts = await load().catch(() => undefined);
      await newTask();
    }
    // Hung up, and perhaps called again, while the code was loading.
    const superseded = this.state !== requested;
    if (superseded || !parts) sound.close();
    if (superseded) return;
    if (!parts) return this.end('gateway-unreachable');
    this.conversation = new parts.Conversation({
      request,
      sound,
      volume: this.#volume,
      phones: parts.phones,
      report: this.report,
      streamsChanged: this.#streamsChanged,
    });
  }

  hangUp(): void {
    if (this.conversation) this.conversation.hangUp();
    else if (isActive(this.state)) this.end(this.state.answeredAt ? 'hung-up' : 'cancelled');
  }

  end(reason: EndReason): void {
    this.report({ type: 'ended', reason, at: Date.now() });
  }
}
