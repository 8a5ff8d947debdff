// ClientHellos of all sorts (RFC 6347 4.2, RFC 5246 7.4.1.2), as an attacker would have them ready.

import { DtlsClient } from 'werift';
import { createCertificate } from '../../gateway/media/embedded/dtls/certificate.ts';

/** As a browser would send it. */
export async function clientHello(): Promise<Buffer> {
  return new Promise(resolve => {
    const transport = {
      type: 'ice',
      address: { address: '', port: 0, family: 'IPv4' },
      closed: false,
      onData: () => {},
      send: async (data: Buffer) => resolve(data),
      close: async () => {},
    };
    const { certPem, keyPem } = createCertificate(new Date());
    const client = new DtlsClient({
      cert: certPem,
      key: keyPem,
      signatureHash: { hash: 4, signature: 3 },
      transport,
      srtpProfiles: [1],
      extendedMasterSecret: true,
    });
    client.connect().catch(() => {});
    // Ends its retransmissions.
    client.dtls.flight = 5;
  });
}

/** One that offers TLS_RSA_WITH_NULL_SHA and nothing else. */
export async function nullCipherHello(): Promise<Buffer> {
  const body = Buffer.from(`fefd${'ab'.repeat(32)}00000002${'0002'}0100`, 'hex');
  return record(0, message(1, 0, body));
}

/** The shortest record that looks like a retransmission: only its number. */
export function shortHello(recordSeq: number): Buffer {
  return record(recordSeq, message(1, 0, Buffer.alloc(0)));
}

function message(type: number, seq: number, body: Buffer): Buffer {
  const header = Buffer.alloc(12);
  header[0] = type;
  header.writeUIntBE(body.length, 1, 3);
  header.writeUInt16BE(seq, 4);
  header.writeUIntBE(body.length, 9, 3);
  return Buffer.concat([header, body]);
}

function record(seq: number, body: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header[0] = 22;
  header.writeUInt16BE(0xfefd, 1);
  header.writeUInt16BE(seq, 9);
  header.writeUInt16BE(body.length, 11);
  return Buffer.concat([header, body]);
}
