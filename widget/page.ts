// What a page may ask for beyond its elements: one chunk, fetched only where it does.
export { configure } from './element/configure.ts';
export { upgradeLinks } from './element/upgrade-links.ts';
export { overlay } from './element/word-overrides.ts';
