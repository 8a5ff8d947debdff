// The gateway cannot be used against others: an attacker writes other hosts into the SIP headers that control where
// responses and requests go. No packet may arrive at a bystander.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deployment } from '../support/deployment.ts';
import { eventually } from '../support/eventually.ts';
import { RawCall } from '../support/raw-call.ts';
import { directSipClient, outOfDialogRequest } from './direct-sip-client.ts';
import { ANSWER, DIRECTOR, OFFER, startSiege } from './siege.ts';

test('the answer to a datagram goes where it came from, whatever its Via says', async context => {
  const siege = await startSiege(context);
  const attacker = await directSipClient(context, siege, 'udp');
  const { address, port } = siege.bystander;
  const vias = [
    `SIP/2.0/UDP 192.0.2.1:${port};maddr=${address}`,
    `SIP/2.0/UDP 127.0.0.1:${port};maddr=${address};rport`,
    `SIP/2.0/UDP 127.0.0.1:${port};received=${address}`,
    `SIP/2.0/UDP ${address}:${port};received=${address};rport`,
    `SIP/2.0/UDP 192.0.2.1;received=${address};rport=${port}`,
  ];
  for (const via of vias) {
    attacker.send(outOfDialogRequest('OPTIONS', DIRECTOR, via));
    attacker.send(outOfDialogRequest('INVITE', DIRECTOR, via, OFFER));
  }
  await siege.goodCall();
  siege.bystander.assertUntouched();
});

test('an answer that finds its connection closed goes to no address that the Via names', async context => {
  const siege = await startSiege(context);
  const attacker = await directSipClient(context, siege, 'tcp');
  const { address, port } = siege.bystander;
  // With the peer's own address in sent-by the gateway adds no `received`, so the peer's one could be mistaken for it.
  attacker.sendAndLeave(
    outOfDialogRequest('INVITE', DIRECTOR, `SIP/2.0/TCP 127.0.0.1:${port};received=${address}`, OFFER),
  );
  await siege.goodCall();
  siege.bystander.assertUntouched();
});

for (const transport of ['udp', 'tcp'] as const) {
  for (const where of ['Contact', 'Record-Route']) {
    test(`a call from a page is not continued over ${transport} to where a ${where} points`, async context => {
      const siege = await startSiege(context);
      const attacker = await directSipClient(context, siege, transport);
      const { hostPort } = siege.bystander;
      const routes =
        where === 'Record-Route' ? [`Record-Route: <sip:${hostPort};transport=${transport};lr>`] : [];
      const { call, invite } = await siege.call(routes);
      // The identifiers of the dialog, learnt over the WebSocket, sent over another transport.
      const contact = `sip:x@${hostPort};transport=${transport}`;
      attacker.send(call.stolen('ACK', attacker.via, contact));
      attacker.send(call.stolen('UPDATE', attacker.via, contact));
      await eventually('an answer', () => attacker.heard.find(text => text.startsWith('SIP/2.0')));
      siege.pbx.requestWithin(invite, 'BYE', '', call.id);
      await siege.pbx.response(200, 'BYE');
      call.respond(await siege.browser.request('BYE'), '200 OK');
      await siege.goodCall();
      siege.bystander.assertUntouched();
      assert.match(attacker.heard.join(), /^SIP\/2\.0 481/);
    });
  }
}

test("a call over UDP belongs to no visitor, even from the source address of a visitor's WebSocket", async context => {
  const siege = await startSiege(context);
  const attacker = await directSipClient(context, siege, 'udp', siege.browser.localPort);
  attacker.send(outOfDialogRequest('INVITE', DIRECTOR, `${attacker.via};rport`, OFFER));
  const answer = await eventually(
    'an answer',
    () => attacker.heard.join().match(/SIP\/2\.0 (?!1)\d{3}.*/)?.[0],
  );
  assert.equal(answer, 'SIP/2.0 403 Forbidden');
  await siege.goodCall();
  // An engine in another process has its own log.
  const lines = deployment.engine === 'embedded' ? 1 : 0;
  assert.equal(siege.logged.filter(({ msg }) => msg === 'call refused').length, lines);
});

test('a call over UDP is refused once, because its source address may be forged', async context => {
  const siege = await startSiege(context);
  const attacker = await directSipClient(context, siege, 'udp');
  attacker.send(outOfDialogRequest('INVITE', DIRECTOR, `${attacker.via};rport`, OFFER));
  await eventually('an answer', () => attacker.heard.some(text => text.startsWith('SIP/2.0 403')));
  // A retransmission would need a transaction and its timers.
  const { serverTransactions, timers } = await siege.counts();
  assert.deepEqual({ serverTransactions, timers }, { serverTransactions: 0, timers: 0 });
});

for (const where of ['Contact', 'Record-Route', 'strict Record-Route']) {
  test(`a PBX whose ${where} points behind the fence is answered where it is`, async context => {
    const siege = await startSiege(context, { allow: ['127.0.0.1/32'] });
    const { hostPort } = siege.bystander;
    const { browser, pbx } = siege;
    const call = new RawCall(browser, DIRECTOR);
    call.invite(OFFER);
    const invite = await pbx.request('INVITE');
    const [contact, routes] =
      where === 'Contact'
        ? [`sip:x@${hostPort};transport=tcp`, []]
        : [undefined, [`Record-Route: <sip:${hostPort}${where === 'Record-Route' ? ';lr' : ''}>`]];
    pbx.respond(invite, '200 OK', { body: ANSWER, headers: routes, ...(contact && { contact }) });
    call.ack(await browser.response(200));
    await pbx.request('ACK');
    call.request('BYE');
    pbx.respond(await pbx.request('BYE'), '200 OK');
    await siege.goodCall();
    siege.bystander.assertUntouched();
  });
}
