// The standardized methods. A request with another method is not malformed, only unknown.

const methods: ReadonlySet<string> = new Set([
  'ACK',
  'BYE',
  'CANCEL',
  'INFO',
  'INVITE',
  'MESSAGE',
  'NOTIFY',
  'OPTIONS',
  'PRACK',
  'PUBLISH',
  'REFER',
  'REGISTER',
  'SUBSCRIBE',
  'UPDATE',
]);

/** RFC 3261 7.1: "The method is case-sensitive". */
export function isKnownMethod(method: string): boolean {
  return methods.has(method);
}
