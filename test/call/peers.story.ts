// The real parts by themselves, with no gateway between: when this fails, the stories say nothing about us.

import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { after, before, describe, test } from 'node:test';
import { Asterisk } from '../support/asterisk.ts';
import { DeskPhones } from '../support/desk-phone.ts';
import { DnsServer } from '../support/dns-server.ts';
import { claimLoopback } from '../support/loopback.ts';
import { partsMissing } from '../support/parts.ts';
import { sippCall } from '../support/sipp.ts';

describe('The parts', { skip: partsMissing() }, async () => {
  let asterisk16: Asterisk;
  let asterisk22: Asterisk;
  let phones: DeskPhones;
  let dns: DnsServer;
  let caller: string;

  before(async () => {
    const network = await claimLoopback();
    const desk = { address: network.address(4), port: 5070 };
    caller = network.address(5);
    [asterisk16, asterisk22, dns] = await Promise.all([
      Asterisk.start(16, { address: network.address(2), phones: desk }),
      Asterisk.start(22, { address: network.address(3) }),
      DnsServer.start(network.address(1), {
        published: 'naptr',
        first: network.address(2),
        second: network.address(3),
      }),
    ]);
    phones = await DeskPhones.start({ ...desk, registrar: asterisk22.address });
  });

  after(async () => {
    await Promise.all([asterisk16, asterisk22, phones, dns].map(peer => peer?.stop()));
  });

  for (const version of [16, 22] as const) {
    test(`Asterisk ${version} brings a guest's call to the director's phone`, async () => {
      const asterisk = version === 16 ? asterisk16 : asterisk22;
      const mark = asterisk.mark();
      const phone = phones.phone('105');
      const call = sippCall({
        from: caller,
        to: { user: 'director', address: asterisk.address },
        holdMs: 800,
      });
      await phone.waitFor('talking');
      await call;
      await phone.waitFor('idle');
      await asterisk.quiet();
      assert.match(asterisk.logSince(mark), new RegExp(`Good call IP=${caller}\\b`));
      assert.doesNotMatch(asterisk.logSince(mark), /Wrong call/);
    });

    test(`a phone in Asterisk ${version}'s seminar hears the other phone's tone, and the other its`, async () => {
      const asterisk = version === 16 ? asterisk16 : asterisk22;
      const [one, other] = [phones.phone('106'), phones.phone('101')];
      await one.call(`sip:seminar@${asterisk.address}`);
      await one.waitFor('talking');
      await one.records();
      await other.call(`sip:seminar@${asterisk.address}`);
      await other.waitFor('talking');
      await Promise.all([one.hears(other.tone), other.hears(one.tone)]);
      await one.hangUp();
      await other.hangUp();
      await asterisk.quiet();
    });
  }

  test('a phone that is busy says so to the caller', async () => {
    const phone = phones.phone('106');
    phone.manner = 'is busy';
    const call = sippCall({ from: caller, to: { user: 'alex', address: asterisk16.address } });
    await assert.rejects(call, /486/);
    phone.manner = 'answers';
    await asterisk16.quiet();
  });

  test("the DNS server holds the founding document's records", async () => {
    const resolver = new Resolver();
    resolver.setServers([dns.endpoint]);
    const naptr = await resolver.resolveNaptr('mysite.test');
    assert.deepEqual(
      naptr
        .map(({ order, preference, service, replacement }) => [order, preference, service, replacement])
        .sort(),
      [
        [10, 50, 'SIP+D2U', '_sip._udp.mysite.test'],
        [10, 51, 'SIP+D2U', '_sip._udp.second.mysite.test'],
        [20, 50, 'SIP+D2T', '_sip._tcp.mysite.test'],
        [20, 50, 'SIPS+D2T', '_sips._tcp.mysite.test'],
      ],
    );
    const [srv] = await resolver.resolveSrv('_sip._udp.mysite.test');
    assert.deepEqual(
      [srv?.priority, srv?.weight, srv?.port, srv?.name],
      [10, 0, 5060, 'asterisk.mysite.test'],
    );
  });
});
