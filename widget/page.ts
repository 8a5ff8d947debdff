// What a page may ask for beyond its elements: one chunk, fetched only where it does.
export { configure } from './configure.ts';
export { overlay } from './own-words.ts';
export { upgradeLinks } from './upgrade-links.ts';
