// The attributes of <sip-call> as properties of the element; sip-call.ts describes them for its users.
import { Reactive } from '../base/reactive.ts';
import type { Shape } from './shape.ts';

export abstract class AttributedElement extends Reactive {
  static override readonly properties = {
    to: 'text',
    gateway: 'text',
    tokenUrl: 'text',
    theme: 'text',
    video: 'flag',
    showAvailability: 'flag',
    shape: 'text',
    name: 'text',
    job: 'text',
    photo: 'text',
    listen: 'flag',
  } as const;

  declare to: string | null;
  declare gateway: string | null;
  declare tokenUrl: string | null;
  declare theme: 'light' | 'dark' | 'auto' | null;
  declare video: boolean;
  declare showAvailability: boolean;
  declare shape: Shape | null;
  /** The person's name, position and picture (a URL), for the shapes `card` and `page`. */
  declare name: string | null;
  declare job: string | null;
  declare photo: string | null;
  declare listen: boolean;
}
