// What is wrong with the m= lines of a description. A line that is no use costs itself while another works; where none
// does, what was wrong with the first one, sound before picture, is the reason that the caller learns.

import { MediaError } from '../relay.ts';
import type { MediaSection } from './description.ts';

export interface FirstFault {
  first?: MediaError;
  /** The first one is of sound. */
  ofSound?: boolean;
}

/** Undefined, and noted, where `judge` refuses the line. */
export function faultOf<T>(fault: FirstFault, media: MediaSection, judge: () => T): T | undefined {
  try {
    return judge();
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    const ofSound = media.type === 'audio';
    if (fault.first === undefined || (ofSound && !fault.ofSound)) {
      fault.first = error;
      fault.ofSound = ofSound;
    }
    return undefined;
  }
}
