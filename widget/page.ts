// Optional features of a page: one chunk, loaded only when a page uses one.
export { configure } from './element/configure.ts';
export { attributeFault } from './element/settings-faults.ts';
export { upgradeLinks } from './element/upgrade-links.ts';
export { overlay } from './element/word-overrides.ts';
