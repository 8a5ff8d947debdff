// The keys `tokens` of the gateway and of a site: how long a token for a call is valid, and who issues it.
//
//   tokens: { lifetimeSeconds: 120 }                       # tokens of the gateway
//   sites: [{ domain: mysite.ru, tokens: { secret: "thirty-two characters or more…", required: true } }]

import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { key } from './key.ts';
import { secretText, wholeSeconds, yesOrNo } from './values.ts';

/** Longer tokens are refused, because the gateway stores each used token until it expires. */
export const LONGEST_TOKEN_SECONDS = 300;

const secret = secretText.min(32, 'expected at least 32 characters (RFC 7518 3.2)');

/** JOSE algorithms for each type of key (RFC 7518 3.1, RFC 8037 3.1). */
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

/** Tokens that the gateway issues. */
export const tokens = z.strictObject({
  lifetimeSeconds: key(
    wholeSeconds
      .min(10, 'expected at least 10 seconds')
      .max(LONGEST_TOKEN_SECONDS, `expected at most ${LONGEST_TOKEN_SECONDS} seconds`)
      .default(120),
    'How long a token is valid before its call begins.',
    { unit: 'seconds', reload: true },
  ),
  proofOfWork: key(
    z.enum(['never', 'adaptive', 'always'], 'expected never, adaptive or always').default('adaptive'),
    'Whether the browser has to solve a proof of work for a token: `adaptive` requires it from addresses that have recently made half of `limits.perAddress.callsPerMinute`.',
    { reload: true },
  ),
  secret: key(
    secret.optional(),
    'Key that signs the tokens, at least 32 characters. Gateways behind one name need the same one.',
    { defaultText: 'a random key at each start' },
  ),
});

const own = z
  .strictObject(
    {
      secret: key(
        secret.optional(),
        'Key with which the server of the site signs tokens by HS256, at least 32 characters. Either `secret` or `publicKey` is required.',
      ),
      publicKey: key(
        publicKey.optional(),
        'Public key of the server of the site: RSA (RS256, PS256), P-256 (ES256) or Ed25519 (EdDSA).',
        { form: 'PEM' },
      ),
      required: key(
        yesOrNo.default(false),
        'Only tokens of the site are accepted: the gateway issues none for it.',
      ),
    },
    'expected secret or publicKey, or false for pages that call without tokens',
  )
  .superRefine((value, context) => {
    if ((value.secret === undefined) !== (value.publicKey === undefined)) return;
    context.addIssue({
      code: 'custom',
      message: 'expected either secret or publicKey, to verify the tokens of the site',
      path: ['secret'],
      input: '',
    });
  });

/** `false` accepts calls without a token: any program can then send a listed origin and call. */
export const siteTokens = z.union([z.literal(false), own], {
  error: 'expected secret or publicKey, or false for pages that call without tokens',
});

export type OwnTokens = z.output<typeof own>;

function readKey(pem: string): KeyObject | undefined {
  // createPublicKey accepts a private key too; it must not be in this file.
  if (!pem.includes('BEGIN PUBLIC KEY')) return undefined;
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}
