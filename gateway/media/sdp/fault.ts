// Collects errors in the m= lines of a description. An unusable line is skipped while another one is usable.
// When none is, the error of the first line, audio before video, is the reported reason.

import { MediaError } from '../relay.ts';
import type { MediaSection } from './description.ts';

export interface FirstFault {
  first?: MediaError;
  /** The first error is of an audio line. */
  ofSound?: boolean;
}

/** Returns the result of `judge`, or undefined after an error, which is stored. */
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
