// What stands between the network and drachtio-srf's parser: what comes out is what it is given.

import { guarded } from '../../../gateway/engine/message/guarded.ts';
import { parseMessage } from '../../../gateway/engine/message/parse.ts';
import { checkRequest, checkResponse } from '../../../gateway/engine/message/sanity.ts';
import { serialize } from '../../../gateway/engine/message/serialize.ts';

/** The message as it is handed on; undefined when it is not. */
export function handedOn(bytes: Buffer): Buffer | undefined {
  const message = parseMessage(bytes);
  if (message.kind === 'failure') return undefined;
  const problem = message.kind === 'request' ? checkRequest(message) : checkResponse(message);
  return problem === undefined ? serialize(guarded(message)) : undefined;
}
