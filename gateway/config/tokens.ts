// Tokens of entry, as an owner writes of them: how long one is good for, and who may mint it.
//
//   tokens: { lifetimeSeconds: 120 }                       # of the gateway's own
//   sites: [{ domain: mysite.ru, tokens: { secret: "thirty-two characters or more…", required: true } }]

import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

/** No token is believed that is good for longer: what was used must be remembered for as long. */
export const LONGEST_TOKEN_SECONDS = 300;

const secret = z
  .string('expected text; put quotes around a number')
  .min(32, 'expected at least 32 characters (RFC 7518 3.2)');

/** JOSE's names of what such a key can sign (RFC 7518 3.1, RFC 8037 3.1). */
const algorithms: Readonly<Record<string, readonly string[]>> = {
  rsa: ['RS256', 'PS256'],
  ec: ['ES256'],
  ed25519: ['EdDSA', 'Ed25519'],
};

const publicKey = z
  .string('expected a public key in PEM')
  .transform((pem, context): { key: KeyObject; algorithms: readonly string[] } => {
    const key = readKey(pem);
    const named = key && algorithms[key.asymmetricKeyType ?? ''];
    if (key && named) return { key, algorithms: named };
    context.addIssue({
      code: 'custom',
      message:
        'expected a public key of RSA, P-256 or Ed25519 in PEM, beginning with -----BEGIN PUBLIC KEY-----',
      input: pem,
    });
    return z.NEVER;
  });

/** Of the gateway's own tokens. */
export const tokens = z.strictObject({
  /** From the visitor's intent to the call. */
  lifetimeSeconds: z
    .int('expected a whole number of seconds')
    .min(10, 'expected at least 10 seconds')
    .max(LONGEST_TOKEN_SECONDS, `expected at most ${LONGEST_TOKEN_SECONDS} seconds`)
    .default(120),
  /** Whether a page has to work for it: one whose address has made half of `perAddress.callsPerMinute` lately, or each. */
  proofOfWork: z
    .enum(['never', 'adaptive', 'always'], 'expected never, adaptive or always')
    .default('adaptive'),
  /** Shared by gateways that stand behind one name. Default: drawn anew at each start. */
  secret: secret.optional(),
});

const own = z
  .strictObject(
    {
      /** Shared with the site's own server, which signs by HS256. */
      secret: secret.optional(),
      /** PEM, where the site's server signs by a key of its own instead. */
      publicKey: publicKey.optional(),
      /** The site's own tokens only: the gateway mints none for it. */
      required: z.boolean('expected true or false').default(false),
    },
    'expected secret or publicKey, or false for pages that call without tokens',
  )
  .superRefine((value, context) => {
    if ((value.secret === undefined) !== (value.publicKey === undefined)) return;
    context.addIssue({
      code: 'custom',
      message: 'expected one of secret and publicKey: by which are tokens told from forgeries?',
      path: ['secret'],
      input: '',
    });
  });

/** Of one site. `false`: whoever says a listed origin may call, which any program can. */
export const siteTokens = z.union([z.literal(false), own], {
  error: 'expected secret or publicKey, or false for pages that call without tokens',
});

export type OwnTokens = z.output<typeof own>;

function readKey(pem: string): KeyObject | undefined {
  // A private key would do, and must not lie here.
  if (!pem.includes('BEGIN PUBLIC KEY')) return undefined;
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}
