// Messages of a hostile browser: valid requests with malicious parts, and mutations of them. Seeded; does not depend on the
// gateway or its answers.

import { mutate } from '../fuzz/mutate.ts';
import type { Random } from '../fuzz/random.ts';
import { OFFER } from './siege.ts';

/** `evil` is where everything points that could point somewhere, as ADDRESS:PORT. */
export class Hostile {
  readonly #random: Random;
  readonly #evil: string;
  #count = 0;

  constructor(random: Random, evil: string) {
    this.#random = random;
    this.#evil = evil;
  }

  /** Some request outside of any dialog, most often an INVITE. */
  stranger(): Buffer {
    const random = this.#random;
    const method = random.oneIn(6) ? random.pick(METHODS) : 'INVITE';
    const id = this.#id();
    const text = this.#request(method, this.#uri(), {
      to: `<${random.oneIn(2) ? 'sip:director@mysite.test' : this.#uri()}>`,
      from: `${this.#displayName()}<${random.oneIn(2) ? 'sip:anonymous@anonymous.invalid' : this.#uri()}>;tag=${id}`,
      callId: id,
      cseq: 1,
      target: '',
    });
    return this.#broken(text);
  }

  /** A request in an established dialog, with random values where a value can be changed. */
  within(dialog: Dialog): Buffer {
    const method = this.#random.oneIn(3) ? 'INVITE' : this.#random.pick(METHODS);
    const uri = this.#random.oneIn(2) ? dialog.target : this.#uri();
    return this.#broken(this.#request(method, uri, dialog));
  }

  #request(method: string, uri: string, { to, from, callId, cseq }: Dialog): string {
    const random = this.#random;
    const body = method === 'INVITE' || method === 'UPDATE' || random.oneIn(8) ? this.#sdp() : '';
    const headers = Array.from({ length: random.below(4) }, () => this.#header());
    return [
      `${method} ${uri} SIP/2.0`,
      `Via: ${this.#via()};branch=z9hG4bK${this.#id()}`,
      'Max-Forwards: 69',
      `To: ${to}`,
      `From: ${from}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: ${random.oneIn(3) ? `<${this.#uri()}>` : '<sip:x@browser.invalid;transport=ws>'}`,
      ...headers,
      ...(body ? ['Content-Type: application/sdp'] : []),
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n');
  }

  /** One in four is bent as the fuzzer bends. */
  #broken(text: string): Buffer {
    const bytes = Buffer.from(text);
    return this.#random.oneIn(4) ? mutate(bytes, this.#random, bytes) : bytes;
  }

  #uri(): string {
    const random = this.#random;
    if (random.oneIn(2)) return `sip:${random.pick(['director', '%64irector', '101'])}@mysite.test`;
    const user = random.pick(USERS);
    if (random.oneIn(2)) return `sip:${user}@mysite.test`;
    const host = random.pick([
      'mysite.test',
      'MySite.Test',
      'mysite.test.',
      'pbx.mysite.test',
      this.#evil,
      '127.0.0.1',
    ]);
    const tail = random.oneIn(2) ? '' : random.pick(this.#tails());
    return `${random.pick(['sip', 'sip', 'sips', 'SIP', 'tel'])}:${user}@${host}${tail}`;
  }

  #tails(): string[] {
    const evil = this.#evil;
    const [address = ''] = evil.split(':');
    return [
      ...[
        `;maddr=${address}`,
        ';transport=tcp',
        ';transport=udp',
        ';lr',
        ':5060',
        ':0',
        ';user=phone',
        ';method=REFER',
      ],
      `?Route=%3Csip:${evil}%3Blr%3E`,
      `?Replaces=1%3Bto-tag%3D2%3Bfrom-tag%3D3&X-A=b`,
      `%0d%0aRoute:%20%3Csip:${evil}%3E`,
      `;x=%0D%0ARoute:sip:${evil}`,
      `@${evil}`,
      `,<sip:${evil}>`,
    ];
  }

  #header(): string {
    const random = this.#random;
    const evil = this.#evil;
    const [address = ''] = evil.split(':');
    return random.pick([
      `Route: <sip:${evil};lr>`,
      `Route: <sip:mysite.test;lr>, <sip:${evil}>`,
      `Record-Route: <sip:${evil};lr>`,
      `Path: <sip:${evil};lr>`,
      `Via: SIP/2.0/UDP ${evil};received=${address};branch=z9hG4bKx`,
      `Refer-To: <sip:+14165551212@${evil}>`,
      'Referred-By: <sip:x@mysite.test>',
      'Replaces: 1;to-tag=2;from-tag=3',
      'Join: 1;to-tag=2;from-tag=3',
      `Diversion: <sip:x@${evil}>`,
      `P-Asserted-Identity: "x" <sip:+14165551212@${evil}>`,
      `Remote-Party-ID: <sip:+14165551212@${evil}>`,
      `P-Preferred-Identity: <tel:+14165551212>`,
      `Alert-Info: <http://${evil}/>`,
      `Call-Info: <http://${evil}/>;purpose=icon`,
      `Authorization: Digest username="x", realm="y", nonce="z", uri="sip:y", response="0"`,
      `Proxy-Authorization: Digest username="x"`,
      'Require: 100rel',
      'Supported: 100rel, timer, replaces',
      'Session-Expires: 90;refresher=uas',
      'Privacy: none',
      `X-Sip-Call-Page: http://mysite.test/${this.#words()}`,
      `X-Sip-Call-Page: http://mysite.test/a%0d%0aRoute: <sip:${evil}>`,
      `X-Sip-Call-Referrer: http://${evil}/${this.#words()}`,
      `X-Sip-Call-Utm: utm_source=${this.#words()}&utm_x=%0d%0aRoute:sip:${evil}`,
      'X-Sip-Call: 0',
      'X-Sip-Call-Address: 192.0.2.66',
      `X-Anything: ${this.#words()}`,
      `Subject: a\r\n Route: <sip:${evil}>`,
      `X-Folded : b\r\n\tRoute: <sip:${evil}>`,
      `X\x0b: ${this.#words()}`,
      `X-Bare: a\rRoute: <sip:${evil}>`,
      `X-Newline: a\nRoute: <sip:${evil}>`,
      `i: ${this.#id()}`,
      `f: <sip:other@${evil}>;tag=1`,
      `l: 0`,
    ]);
  }

  #words(): string {
    const random = this.#random;
    return random.text(random.oneIn(6) ? 'aZ9 "\\\x01\x7f' : 'aZ9 %"<>;,\t\u0085д☎', 20);
  }

  #displayName(): string {
    const random = this.#random;
    if (random.oneIn(2)) return '';
    if (random.oneIn(8)) return `"${'x'.repeat(10_000)}" `;
    return `"${this.#words().replaceAll(/["\\]/g, '')}" `;
  }

  #via(): string {
    const random = this.#random;
    const [address = ''] = this.#evil.split(':');
    return random.pick([
      'SIP/2.0/WS browser.invalid',
      'SIP/2.0/WS browser.invalid;rport',
      `SIP/2.0/UDP ${this.#evil}`,
      `SIP/2.0/UDP ${this.#evil};maddr=${address};rport`,
      `SIP/2.0/TCP 127.0.0.1:${this.#evil.split(':')[1]};received=${address}`,
    ]);
  }

  /** A browser's offer, with what could point elsewhere or carry something across. */
  #sdp(): string {
    const random = this.#random;
    const [address = '', port = ''] = this.#evil.split(':');
    const malice = random.pick([
      (sdp: string) => sdp,
      (sdp: string) => sdp,
      (sdp: string) => sdp.replaceAll('0.0.0.0', address),
      (sdp: string) => sdp.replaceAll('10.0.0.5 50000', `${address} ${port}`),
      (sdp: string) => sdp.replace('useinbandfec=1', `x="${this.#words()}"`),
      (sdp: string) => sdp.replace('useinbandfec=1', `x\rc=IN IP4 ${address}`),
      (sdp: string) => sdp.replace('useinbandfec=1', 'x; y=<script>'),
      (sdp: string) => sdp.replace('s=-', `s=${this.#words()}`),
      (sdp: string) => sdp.replace('opus/48000/2', `opus/48000/${this.#words()}`),
      (sdp: string) => `${sdp}a=ptime:${this.#words()}\r\n`,
      (sdp: string) => `${sdp}m=audio ${port} RTP/AVP 0\r\nc=IN IP4 ${address}\r\n`,
      (sdp: string) => `${sdp}m=${this.#words()} 9 UDP/TLS/RTP/SAVPF 0\r\n`,
    ]);
    return malice(OFFER);
  }

  #id(): string {
    return `h${this.#count++}${this.#random.text('abcdef0123456789', 8)}`;
  }
}

/** What a dialog's requests have in common, and the next number of its side. */
export interface Dialog {
  readonly to: string;
  readonly from: string;
  readonly callId: string;
  readonly target: string;
  cseq: number;
}

const METHODS = [
  ...[
    'INVITE',
    'UPDATE',
    'INFO',
    'REFER',
    'MESSAGE',
    'NOTIFY',
    'SUBSCRIBE',
    'REGISTER',
    'PUBLISH',
    'OPTIONS',
  ],
  ...['PRACK', 'ACK', 'CANCEL', 'FOO'],
];

const USERS = [
  'director',
  'alex',
  '101',
  'Director',
  '%64irector',
  '%2564irector',
  'director%00',
  'director%0d%0aRoute:x',
  'director%20',
  'director;x=y',
  '+14165551212',
  '%2B14165551212',
  '%252B14165551212',
  '0014165551212',
  '500&SIP/x/1',
  '101@pbx',
  '101:secret',
  '',
  'h',
  's',
  'echo-test',
];
