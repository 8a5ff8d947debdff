import { test } from 'node:test';
import {
  inviteClientInputs,
  inviteClientStates,
  inviteClientTable,
} from '../../../../gateway/engine/transaction/invite-client-table.ts';
import {
  inviteServerInputs,
  inviteServerStates,
  inviteServerTable,
} from '../../../../gateway/engine/transaction/invite-server-table.ts';
import {
  nonInviteClientInputs,
  nonInviteClientStates,
  nonInviteClientTable,
} from '../../../../gateway/engine/transaction/non-invite-client-table.ts';
import {
  nonInviteServerInputs,
  nonInviteServerStates,
  nonInviteServerTable,
} from '../../../../gateway/engine/transaction/non-invite-server-table.ts';
import { assertProduct } from './product.ts';

test('the INVITE client table covers every state and input as in RFC 3261 figure 5 and RFC 6026 8.4', () => {
  assertProduct(inviteClientTable, inviteClientStates, inviteClientInputs, {
    'Calling provisional': 'Proceeding stopA startC deliver',
    'Calling success': 'Accepted stopA startM deliver',
    'Calling failure': 'Completed stopA acknowledge deliver startD',
    'Calling timerA': 'Calling resend backOffA',
    'Calling timerB': 'Abandoned stopA timeOut lingerForLate',
    'Calling transportError': 'Terminated fail',
    'Abandoned provisional': 'Abandoned deliver',
    'Abandoned success': 'Accepted startM deliver',
    'Abandoned failure': 'Completed acknowledge startD',
    'Abandoned cancelled': 'Cancelling startB',
    'Abandoned timerM': 'Terminated',
    'Abandoned transportError': 'Terminated',
    'Proceeding provisional': 'Proceeding startC deliver',
    'Proceeding success': 'Accepted startM deliver',
    'Proceeding failure': 'Completed acknowledge deliver startD',
    'Proceeding cancelled': 'Cancelling startB',
    'Proceeding timerC': 'Proceeding expire',
    'Proceeding transportError': 'Terminated fail',
    'Cancelling provisional': 'Cancelling deliver',
    'Cancelling success': 'Accepted startM deliver',
    'Cancelling failure': 'Completed acknowledge deliver startD',
    'Cancelling timerB': 'Terminated timeOut',
    'Cancelling transportError': 'Terminated fail',
    'Accepted success': 'Accepted deliver',
    'Accepted timerM': 'Terminated',
    'Completed failure': 'Completed acknowledge',
    'Completed timerD': 'Terminated',
    'Completed transportError': 'Terminated',
  });
});

test('the non-INVITE client table covers every state and input as in RFC 3261 figure 6', () => {
  assertProduct(nonInviteClientTable, nonInviteClientStates, nonInviteClientInputs, {
    'Trying provisional': 'Proceeding deliver',
    'Trying final': 'Completed stopE deliver startK',
    'Trying timerE': 'Trying resend backOffE',
    'Trying timerF': 'Terminated timeOut',
    'Trying transportError': 'Terminated fail',
    'Proceeding provisional': 'Proceeding deliver',
    'Proceeding final': 'Completed stopE deliver startK',
    'Proceeding timerE': 'Proceeding resend slowE',
    'Proceeding timerF': 'Terminated timeOut',
    'Proceeding transportError': 'Terminated fail',
    'Completed timerK': 'Terminated',
    'Completed transportError': 'Terminated',
  });
});

test('the INVITE server table covers every state and input as in RFC 3261 figure 7 and RFC 6026 8.5', () => {
  assertProduct(inviteServerTable, inviteServerStates, inviteServerInputs, {
    'Proceeding invite': 'Proceeding resend',
    'Proceeding provisional': 'Proceeding send',
    'Proceeding success': 'Accepted startL send',
    'Proceeding failure': 'Completed startG startH send',
    'Proceeding transportError': 'Terminated fail',
    'Completed invite': 'Completed resend',
    'Completed ack': 'Confirmed stopG startI',
    'Completed timerG': 'Completed resend backOffG',
    'Completed timerH': 'Terminated timeOut',
    'Completed transportError': 'Terminated fail',
    'Confirmed timerI': 'Terminated',
    'Accepted success': 'Accepted send',
    'Accepted ack': 'Accepted deliverAck',
    'Accepted timerL': 'Terminated',
    'Accepted transportError': 'Accepted fail',
  });
});

test('the non-INVITE server table covers every state and input as in RFC 3261 figure 8', () => {
  assertProduct(nonInviteServerTable, nonInviteServerStates, nonInviteServerInputs, {
    'Trying provisional': 'Proceeding send',
    'Trying final': 'Completed send startJ',
    'Trying transportError': 'Terminated fail',
    'Proceeding request': 'Proceeding resend',
    'Proceeding provisional': 'Proceeding send',
    'Proceeding final': 'Completed send startJ',
    'Proceeding transportError': 'Terminated fail',
    'Completed request': 'Completed resend',
    'Completed timerJ': 'Terminated',
    'Completed transportError': 'Terminated fail',
  });
});
