// Sound that goes one way only is noticed during the call, shown to the visitor, and recorded: with a real PBX behind a
// real firewall, and with a page whose microphone is taken away.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Asterisk } from '../support/asterisk.ts';
import { Namespace, namespacesMissing } from '../support/namespace.ts';
import type { Line, Office } from '../support/office.ts';
import { firewallPrograms, partsMissing } from '../support/parts.ts';
import { run } from '../support/peer-process.ts';
import { stories } from '../support/story.ts';
import type { Visitor } from '../support/visitor.ts';

/** Of Asterisk's Milliwatt. */
const TONE = 1004;
const NOT_HEARD = /They may not hear you: your sound is not reaching them\./;

let visitor: Visitor;
let machine: Namespace;
/** The gateway's end of the cable, and the PBX's. */
let ends: { readonly here: string; readonly there: string };

/** A machine of the PBX's, on a cable to this host. */
async function cable(office: Office): Promise<typeof ends> {
  const [, one, two] = office.network.address(1).split('.');
  const [here, there] = [`198.18.${Number(one) ^ Number(two)}.1`, `198.18.${Number(one) ^ Number(two)}.2`];
  machine = office.add(await Namespace.start('the machine of the PBX'));
  const device = `pbx${machine.pid}`;
  await run('sh', [
    '-ec',
    `ip link add ${device} type veth peer name eth0 netns ${machine.pid}
     ip addr add ${here}/30 dev ${device}
     ip link set ${device} up`,
  ]);
  await machine.shell(`ip addr add ${there}/30 dev eth0; ip link set eth0 up; ip link set lo up`);
  return { here, there };
}

async function talking(office: Office): Promise<Line> {
  const { here, there } = ends;
  const line = await office.line({
    first: there,
    published: 'srv',
    gatewayAddress: here,
    allow: [`${there}/32`],
  });
  await visitor.open(line.pageFor('tone'));
  await visitor.call();
  await visitor.waitFor('in-call');
  return line;
}

async function noticed({ gateway }: Line, cause: string): Promise<void> {
  const [text] = await gateway.waitFor(/^.*"msg":"one-way sound".*$/);
  const noticed = JSON.parse(text);
  assert.deepEqual([noticed.level, noticed.cause], ['warn', cause]);
  assert.ok(noticed.mend);
}

async function hangsUp({ gateway }: Line, leg: string, cause: string): Promise<void> {
  await visitor.hangUp();
  const [text] = await gateway.waitFor(/^.*"msg":"call ended".*$/);
  const [oneWay, ...others] = JSON.parse(text).oneWay;
  assert.deepEqual([oneWay.leg, oneWay.cause, others], [leg, cause, []]);
}

type Taken = RTCRtpSender & { taken: MediaStreamTrack | null };

/** As a script of the page might. */
async function takeMicrophone(): Promise<void> {
  for (const sender of window.sipCallTest.connection()?.getSenders() ?? []) {
    Object.assign(sender, { taken: sender.track });
    await sender.replaceTrack(null);
  }
}

async function giveMicrophone(): Promise<void> {
  for (const sender of window.sipCallTest.connection()?.getSenders() ?? [])
    await sender.replaceTrack((sender as Taken).taken);
}

const skip = partsMissing(firewallPrograms) || (await namespacesMissing());

if (skip) test('One-way sound', { skip }, () => {});
else
  stories(
    'One-way sound',
    [],
    async office => {
      ends = await cable(office);
      await office.add(await Asterisk.start(22, { address: ends.there, inside: machine }));
      visitor = await office.visitor();
    },
    story => {
      story('the firewall of the PBX lets no RTP in', async office => {
        await machine.shell('iptables -A INPUT -p udp --dport 10000:11999 -j DROP');
        const line = await talking(office);
        await visitor.hears(TONE);
        await visitor.isTold(NOT_HEARD);
        await visitor.seesQuality(/^Poor sound$/);
        await noticed(line, 'no-sound-to-pbx');
        await machine.shell('iptables -F INPUT');
        await visitor.isTold(/^In call$/);
        await visitor.seesQuality(/^Good sound$/);
        await hangsUp(line, 'pbx', 'hears-nothing');
      });

      story('the firewall of the PBX lets no RTP out', async office => {
        await machine.shell('iptables -A OUTPUT -p udp --sport 10000:11999 -j DROP');
        const line = await talking(office);
        await noticed(line, 'no-sound-from-pbx');
        await visitor.isTold(/No sound is arriving from the other side\./);
        await machine.shell('iptables -F OUTPUT');
        await visitor.isTold(/^In call$/);
        await visitor.hears(TONE);
        await hangsUp(line, 'pbx', 'sends-nothing');
      });

      story('the page of the visitor sends nothing', async office => {
        const line = await talking(office);
        await visitor.hears(TONE);
        await visitor.happens(takeMicrophone);
        await visitor.isTold(NOT_HEARD);
        await noticed(line, 'no-sound-from-visitor');
        await visitor.happens(giveMicrophone);
        await visitor.isTold(/^In call$/);
        await hangsUp(line, 'browser', 'sends-nothing');
      });
    },
  );
