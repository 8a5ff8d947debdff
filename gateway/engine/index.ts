// The public interface of the engine, exported by the package as `sip-call/engine`. Everything else is internal.

export type { Lookup } from './dialog/next-hop.ts';
export type { AdminOptions } from './drachtio/admin-server.ts';
export {
  Engine,
  type EngineCounts,
  type EngineLimits,
  type EngineLog,
  type EngineOptions,
} from './engine.ts';
export type { Clock, TimerBase } from './transaction/timers.ts';
export type { Endpoint } from './transport/transport.ts';
export type { ListenPoint, TransportLimits } from './transport/transport-layer.ts';
export type { WebSocketOptions } from './transport/ws.ts';
