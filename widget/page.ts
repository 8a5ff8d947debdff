// Optional features of a page: one chunk, loaded only when a page uses one.
export { configure, reportAttributeFault } from './element/configure.ts';
export { upgradeLinks } from './element/upgrade-links.ts';
export { overlay } from './element/word-overrides.ts';
