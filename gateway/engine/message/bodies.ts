// Finds the session description in the body of a message (RFC 5621): multipart bodies at any depth, Content-Disposition
// and its `handling`, encodings. Also reports a required part that cannot be understood.

import { parseContentType } from './content-type.ts';
import { trimBlanks } from './grammar.ts';
import { type BodyPart, parseMultipart } from './multipart.ts';

export interface SessionBody {
  readonly sdp: string | undefined;
  /** A required part has a type or an encoding that is not supported. */
  readonly refused: 'type' | 'encoding' | undefined;
}

/** RFC 5621 requires two levels. */
const DEEPEST = 4;

/** The content of a body or of one part. */
interface Content {
  /** Session descriptions, the best first. */
  readonly sdps: readonly string[];
  readonly refused: SessionBody['refused'];
  /** The part has no `handling` parameter. */
  readonly unspecified?: boolean;
}

/** `headers` of the whole message; those that do not describe the body are ignored. */
export function sessionBodyOf(entity: BodyPart): SessionBody {
  if (entity.body.length === 0) return { sdp: undefined, refused: undefined };
  const { sdps, refused, unspecified } = contentOf(entity, 0);
  // RFC 3261 20.11 makes `required` the default. Next to a session description that would lose calls, because telephone
  // gateways and proxies add parts without `handling`. Such parts are ignored unless they say `required`.
  return { sdp: sdps[0], refused: unspecified && sdps.length > 0 ? undefined : refused };
}

function contentOf(entity: BodyPart, depth: number): Content {
  const type = parseContentType(fieldOf(entity, 'content-type') ?? '');
  const body = decoded(entity);
  if (body === undefined) return requiredPart(entity, [], 'encoding');
  const parts =
    type?.type.startsWith('multipart/') && depth < DEEPEST
      ? parseMultipart(body, type.params.get('boundary') ?? '')
      : undefined;
  if (type !== undefined && parts !== undefined) {
    const inner = combine(type.type, type.params.get('start'), parts, depth + 1);
    return isOptional(entity) ? { ...inner, refused: undefined } : inner;
  }
  return isDescription(entity, type?.type, body)
    ? { sdps: [body.toString('utf8')], refused: undefined }
    : requiredPart(entity, [], 'type');
}

function combine(
  type: string,
  start: string | undefined,
  parts: readonly BodyPart[],
  depth: number,
): Content {
  const contents = parts.map(part => contentOf(part, depth));
  const sdps = contents.flatMap(content => content.sdps);
  // RFC 2046 5.1.4: the same content in several forms. The last supported form is the best.
  if (type === 'multipart/alternative') {
    const understood = contents.filter(({ refused }) => refused === undefined);
    if (understood.length > 0)
      return { sdps: understood.toReversed().flatMap(content => content.sdps), refused: undefined };
  }
  // RFC 2387: one part is the root and refers to the others. The `handling` of the others does not count.
  if (type === 'multipart/related') {
    const named = parts.findIndex(part => start !== undefined && fieldOf(part, 'content-id') === start);
    const root = contents[Math.max(named, 0)];
    return { ...root, sdps: [...(root?.sdps ?? []), ...sdps], refused: root?.refused };
  }
  const required = contents.find(({ refused, unspecified }) => refused !== undefined && !unspecified);
  const refusing = required ?? contents.find(({ refused }) => refused !== undefined);
  return { sdps, refused: refusing?.refused, ...(refusing?.unspecified && { unspecified: true }) };
}

/** RFC 3261 20.11: without a `handling` parameter the part is required. */
function requiredPart(entity: BodyPart, sdps: readonly string[], refused: 'type' | 'encoding'): Content {
  if (isOptional(entity)) return { sdps, refused: undefined };
  return { sdps, refused, unspecified: fieldOf(entity, 'content-disposition') === undefined };
}

function isOptional(entity: BodyPart): boolean {
  const disposition = fieldOf(entity, 'content-disposition')?.toLowerCase() ?? '';
  return disposition.split(';').some(parameter => parameter.replace(/[ \t"]/g, '') === 'handling=optional');
}

/**
 * An early session is a different session (RFC 3959). Without a readable type, a body that begins like a session
 * description is one.
 */
function isDescription(entity: BodyPart, type: string | undefined, body: Buffer): boolean {
  const [disposition = ''] = (fieldOf(entity, 'content-disposition') ?? '').split(';', 1);
  if (trimBlanks(disposition).toLowerCase() === 'early-session') return false;
  if (type === 'application/sdp') return true;
  const untyped = type === undefined || type === 'application/octet-stream' || type === 'text/plain';
  return untyped && /^[\s\ufeff]{0,8}v=0[\r\n]/.test(body.toString('utf8', 0, 32));
}

/**
 * Undefined for an unknown encoding. SIP bodies are binary (RFC 3261 7.4.2); of the mail encodings only base64 occurs.
 */
function decoded(entity: BodyPart): Buffer | undefined {
  const coding = fieldOf(entity, 'content-encoding')?.toLowerCase() ?? 'identity';
  if (coding !== 'identity' && coding !== '') return undefined;
  switch (fieldOf(entity, 'content-transfer-encoding')?.toLowerCase() ?? 'binary') {
    case 'base64':
      return Buffer.from(entity.body.toString('latin1'), 'base64');
    case 'binary':
    case '7bit':
    case '8bit':
      return entity.body;
    default:
      return undefined;
  }
}

function fieldOf({ headers }: BodyPart, name: string): string | undefined {
  return headers.find(header => header[0].toLowerCase() === name)?.[1];
}
