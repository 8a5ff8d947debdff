import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import dns, { type DecodedPacket, type Packet } from 'dns-packet';
import { type DnsServer, startDnsServer } from '../../../../demo-site/dns/dns-server.ts';
import { mysiteZone } from '../../../../demo-site/dns/mysite-zone.ts';

/** dns-packet reads the response code, but its types lack it. */
type Decoded = DecodedPacket & { rcode: string };

async function start(test: TestContext, many = 0): Promise<DnsServer> {
  const zone = mysiteZone({ address: '127.0.0.1', port: 5060 });
  const crowd = Array.from({ length: many }, (_, index) => {
    return { name: 'crowd.mysite.test', type: 'A', data: `192.0.2.${index}` } as const;
  });
  const server = await startDnsServer({
    zone: { ...zone, records: [...zone.records, ...crowd] },
    address: '127.0.0.1',
    port: 0,
  });
  test.after(() => server.close());
  return server;
}

function query(name: string, type: 'A' | 'NAPTR' | 'SRV', more: Partial<Packet> = {}): Buffer {
  return dns.encode({
    type: 'query',
    id: 7,
    flags: dns.RECURSION_DESIRED,
    questions: [{ name, type }],
    ...more,
  });
}

/** Sends the datagrams in order; resolves to the first answer. */
async function overUdp(port: number, ...datagrams: Buffer[]): Promise<Decoded> {
  const socket = createSocket('udp4');
  for (const datagram of datagrams) socket.send(datagram, port, '127.0.0.1');
  const [answer] = (await once(socket, 'message')) as [Buffer];
  socket.close();
  return dns.decode(answer) as Decoded;
}

test("the founding document's records are read back by an ordinary resolver", async t => {
  const { port } = await start(t);
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${port}`]);
  const records = await resolver.resolveNaptr('mysite.test');
  assert.deepEqual(
    records.map(({ order, preference, flags, service, regexp, replacement }) => {
      return `${order} ${preference} "${flags}" "${service}" "${regexp}" ${replacement}.`;
    }),
    [
      '10 50 "s" "SIP+D2U" "" _sip._udp.mysite.test.',
      '10 51 "s" "SIP+D2U" "" _sip._udp.second.mysite.test.',
      '20 50 "s" "SIP+D2T" "" _sip._tcp.mysite.test.',
      '20 50 "s" "SIPS+D2T" "" _sips._tcp.mysite.test.',
    ],
  );
  const services = await resolver.resolveSrv('_SIP._udp.MYSITE.test');
  assert.deepEqual(
    services.map(({ priority, weight, port, name }) => `${priority} ${weight} ${port} ${name}.`),
    ['10 0 5060 asterisk.mysite.test.'],
  );
});

test('a name without such a record is NOERROR, an unknown name is NXDOMAIN, other zones are refused', async t => {
  const { port } = await start(t);
  const noData = await overUdp(port, query('mysite.test', 'A'));
  assert.equal(noData.rcode, 'NOERROR');
  assert.equal(noData.answers?.length, 0);
  assert.equal(noData.authorities?.[0]?.type, 'SOA');
  // RFC 8020: _udp.mysite.test itself has no records, but there are names below it.
  assert.equal((await overUdp(port, query('_udp.mysite.test', 'A'))).rcode, 'NOERROR');
  assert.equal((await overUdp(port, query('nobody.mysite.test', 'A'))).rcode, 'NXDOMAIN');
  assert.equal((await overUdp(port, query('mysite.example', 'A'))).rcode, 'REFUSED');
});

test('an answer over 512 bytes is truncated on UDP and whole on TCP', async t => {
  const { port } = await start(t, 60);
  const short = await overUdp(port, query('crowd.mysite.test', 'A'));
  assert.equal(short.flag_tc, true);
  assert.equal(short.answers?.length, 0);

  const question = query('crowd.mysite.test', 'A');
  const socket = connect(port, '127.0.0.1');
  // The length and the message in three pieces: TCP may split anywhere.
  socket.write(Buffer.from([0]));
  socket.write(Buffer.from([question.length]));
  socket.write(question);
  let bytes = Buffer.alloc(0);
  for await (const chunk of socket) {
    bytes = Buffer.concat([bytes, chunk as Buffer]);
    if (bytes.length >= 2 && bytes.length >= 2 + bytes.readUInt16BE(0)) break;
  }
  assert.equal(dns.decode(bytes.subarray(2)).answers?.length, 60);
});

test('garbage, answers and empty datagrams are ignored, the next question is answered', async t => {
  const { port } = await start(t);
  const garbage = Array.from({ length: 200 }, (_, index) => Buffer.alloc(index % 40, (index * 37) % 256));
  const looping = Buffer.from('000701000001000000000000c00c00010001', 'hex');
  const answer = query('mysite.test', 'NAPTR', { type: 'response', id: 9 });
  const reply = await overUdp(port, ...garbage, looping, answer, query('mysite.test', 'NAPTR'));
  assert.equal(reply.id, 7);
  assert.equal(reply.answers?.length, 4);
});

test('closing ends open connections too', async () => {
  const zone = mysiteZone({ address: '127.0.0.1', port: 5060 });
  const server = await startDnsServer({ zone, address: '127.0.0.1', port: 0 });
  const socket = connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(query('mysite.test', 'A').subarray(0, 3));
  const closed = new Promise(resolve => socket.once('close', resolve));
  socket.on('error', () => {});
  await server.close();
  await closed;
});
