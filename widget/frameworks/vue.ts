// `import 'sip-call/vue'`: the element in Vue 3 templates and JSX. Types only. The compiler needs the option
// `isCustomElement: tag => tag === 'sip-call'`.
import type { DefineComponent, HTMLAttributes } from 'vue';
import type {} from 'vue/jsx-runtime';
import type { SipCallAttributes, SipCallRequestEvent, SipCallStateEvent } from './attributes.ts';

type Props = Omit<HTMLAttributes, 'onSipCallRequest' | 'onSipCallState'> &
  SipCallAttributes & {
    onSipCallRequest?: (event: SipCallRequestEvent) => void;
    onSipCallState?: (event: SipCallStateEvent) => void;
  };

declare module 'vue' {
  interface GlobalComponents {
    'sip-call': DefineComponent<Props>;
  }
}

declare module 'vue/jsx-runtime' {
  namespace JSX {
    interface IntrinsicElements {
      'sip-call': Props;
    }
  }
}
