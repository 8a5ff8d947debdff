// Types of a part of JsSIP that has none.
declare module 'jssip/lib/Dialog/RequestSender.js' {
  const RequestSender: {
    readonly prototype: { _reattempt: boolean; _receiveResponse(response: unknown): void };
  };
  export default RequestSender;
}
