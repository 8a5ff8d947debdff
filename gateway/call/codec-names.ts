// The codecs that a session description names, for a sentence in the log, and whether the browser has withheld those that
// a PBX takes. A peer's text: bounded, and read in linear time.

/** RFC 3551 6, table 4: payload types that need no rtpmap. */
const assigned: Readonly<Record<string, string>> = {
  0: 'PCMU',
  3: 'GSM',
  4: 'G723',
  8: 'PCMA',
  9: 'G722',
  15: 'G728',
  18: 'G729',
  31: 'H261',
  34: 'H263',
};

const MOST_CHARACTERS = 16_384;
const MOST_NAMES = 12;

/** `opus, PCMU, PCMA`; undefined where it names none. */
export function codecNames(sdp: string): string | undefined {
  const names = new Set<string>();
  for (const line of sdp.slice(0, MOST_CHARACTERS).split('\n')) {
    const mapped = /^a=rtpmap:\d{1,3} ([\w.-]{1,32})\//.exec(line)?.[1];
    if (mapped) names.add(mapped);
    if (!line.startsWith('m=')) continue;
    for (const payload of line.trim().split(' ').slice(3)) {
      const name = assigned[payload];
      if (name) names.add(name);
    }
  }
  for (const helper of ['telephone-event', 'rtx', 'CN']) names.delete(helper);
  return names.size === 0 ? undefined : [...names].slice(0, MOST_NAMES).join(', ');
}

/** RFC 7874 3: every browser has these. */
const inEveryBrowser = ['opus', 'PCMU', 'PCMA'];

/**
 * The codecs of every browser that this one does not offer, where their absence is the reason that it and a PBX have no
 * codec in common; undefined where it is not. `offered` and `takes` are texts of {@link codecNames}. A PBX that does not
 * say what it takes is expected to take PCMU or PCMA.
 */
export function withheldCodecs(offered: string, takes: string | undefined): string | undefined {
  const [offers, taken] = [namesOf(offered), namesOf(takes ?? 'PCMU, PCMA')];
  const missing = inEveryBrowser.filter(name => !offers.includes(name.toLowerCase()));
  if (taken.some(name => offers.includes(name))) return undefined;
  return missing.some(name => taken.includes(name.toLowerCase())) ? missing.join(', ') : undefined;
}

function namesOf(names: string): string[] {
  return names.toLowerCase().split(', ');
}
