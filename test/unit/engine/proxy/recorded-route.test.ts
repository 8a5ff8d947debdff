import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRequest } from '../../../../gateway/engine/message/compose.ts';
import { HeaderList } from '../../../../gateway/engine/message/headers.ts';
import { RecordedRoutes } from '../../../../gateway/engine/proxy/recorded-route.ts';

const udp = { transport: 'udp', hostPort: '192.0.2.1' } as const;
const wss = { transport: 'wss', hostPort: '192.0.2.1:443' } as const;
const target = 'sip:b@192.0.2.9';

function recorded(routes: RecordedRoutes, callId: string, from: typeof udp | typeof wss = udp): string[] {
  const headers = new HeaderList([['Call-ID', callId]]);
  routes.record(headers, from, udp);
  return headers.all('Record-Route');
}

function bye(callId: string, uri: string, routes: readonly string[]) {
  return createRequest('BYE', uri, [
    ...routes.map(route => ['Route', route] as const),
    ['Call-ID', callId] as const,
  ]);
}

describe('recorded routes', () => {
  test('our route is recognized and removed, other routes stay', () => {
    const routes = new RecordedRoutes();
    const request = bye('x', target, [...recorded(routes, 'x'), '<sip:next.example;lr>']);
    assert.equal(routes.strip(request), true);
    assert.deepEqual(request.headers.all('Route'), ['<sip:next.example;lr>']);
    assert.equal(request.uri, target);
  });

  test('between two transports each side gets a route that it can reach', () => {
    const routes = new RecordedRoutes();
    const both = recorded(routes, 'x', wss);
    assert.equal(both.length, 2);
    assert.match(both[0]!, /^<sip:\w+@192\.0\.2\.1;lr>$/);
    assert.match(both[1]!, /^<sip:\w+@192\.0\.2\.1:443;transport=wss;lr>$/);
    const request = bye('x', target, [...both].reverse());
    assert.equal(routes.strip(request), true);
    assert.deepEqual(request.headers.all('Route'), []);
  });

  test('a strict router in between is supported (RFC 3261 16.4)', () => {
    const routes = new RecordedRoutes();
    const ours = recorded(routes, 'x')[0]!.slice(1, -1);
    const request = bye('x', ours, ['<sip:next.example;lr>', `<${target}>`]);
    assert.equal(routes.strip(request), true);
    assert.equal(request.uri, target);
    assert.deepEqual(request.headers.all('Route'), ['<sip:next.example;lr>']);
  });

  test('a route for another call, of another engine or with an invalid token is not ours', () => {
    const routes = new RecordedRoutes();
    const foreign = [
      recorded(routes, 'y')[0]!,
      recorded(new RecordedRoutes(), 'x')[0]!,
      '<sip:192.0.2.1;lr>',
      '<sip:é@192.0.2.1;lr>',
      'nonsense',
    ];
    for (const route of foreign) {
      const request = bye('x', target, [route]);
      assert.equal(routes.strip(request), false, route);
      assert.deepEqual(request.headers.all('Route'), [route]);
    }
    assert.equal(routes.strip(bye('x', target, [])), false);
  });
});
