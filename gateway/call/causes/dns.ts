// Causes in the DNS of a domain. Each names the question or the record, and how it should be.

import type { CauseEntry } from './entry.ts';

export const dnsCauses = {
  'dns-no-such-domain': {
    outcome: 'domain-unresolvable',
    side: 'owner',
    says: 'DNS has no domain {domain}',
    mend: 'Correct the domain of the site in the configuration, or register and publish it: sip-call resolve {domain}',
  },
  'dns-no-record': {
    outcome: 'domain-unresolvable',
    side: 'owner',
    says: 'DNS says of {domain} neither where its PBX is (SRV) nor an address (A, AAAA)',
    mend: 'Add the records that `sip-call pbx` writes, at least: _sip._udp.{domain}. IN SRV 10 0 5060 the name of the PBX with a dot at its end',
  },
  'dns-target-without-dot': {
    outcome: 'domain-unresolvable',
    side: 'owner',
    says: 'The {type} record of {owner} leads to {target}, which does not exist: its target is written without the final dot',
    mend: 'In the zone stands: {owner}. IN {type} {before}{intended} Write instead, with the final dot: {owner}. IN {type} {before}{intended}.',
  },
  'dns-target-missing': {
    outcome: 'domain-unresolvable',
    side: 'owner',
    says: 'The SRV record of {owner} leads to {target}, which has no address',
    mend: 'Add an address record: {target}. IN A with the address of the PBX; or correct the target in {owner}. IN SRV {record}{hint}',
  },
  'dns-not-offered': {
    outcome: 'domain-unresolvable',
    side: 'owner',
    says: 'DNS says that {owner} is not offered: the target of its SRV record is a dot alone',
    mend: 'Name the PBX as the target of {owner}. IN SRV, or remove that record',
  },
  'dns-unusable': {
    outcome: 'domain-unresolvable',
    side: 'owner',
    says: 'The SRV record of {owner} cannot be used: {record}',
    mend: 'Write {owner}. IN SRV with priority, weight, port and the name of the PBX, such as 10 0 5060 pbx.example.com.',
  },
  'dns-not-allowed': {
    outcome: 'domain-unresolvable',
    side: 'owner',
    says: 'DNS leads {host} to {address}, an address of a private network or of this machine, which dns.allow does not name',
    mend: 'Where the PBX is meant to be there, add {address}/{bits} to dns.allow; otherwise correct the address record of {host}',
  },
  'dns-failed': {
    outcome: 'domain-unresolvable',
    side: 'owner',
    says: 'DNS fails on the question {type} {name} (SERVFAIL)',
    mend: 'Check the zone with its name server (named-checkzone, DNSSEC signatures, expired secondaries): dig {type} {name}',
  },
  'dns-refused': {
    outcome: 'domain-unresolvable',
    side: 'owner',
    says: 'The DNS server refuses to answer the question {type} {name} (REFUSED)',
    mend: 'Name in dns.servers a resolver that answers this gateway, or have the name server load the zone: dig {type} {name}',
  },
  'dns-timeout': {
    outcome: 'domain-unresolvable',
    side: 'owner',
    says: 'No DNS server answers the question {type} {name} in time',
    mend: 'Check dns.servers (or /etc/resolv.conf of the gateway) and that its firewall lets DNS out, UDP and TCP 53: dig {type} {name}',
  },
  'dns-unreachable': {
    outcome: 'domain-unresolvable',
    side: 'owner',
    says: 'No DNS server can be asked for {type} {name} ({detail})',
    mend: 'Check dns.servers (or /etc/resolv.conf of the gateway): no DNS server answers at those addresses',
  },
  'dns-alias-loop': {
    outcome: 'domain-unresolvable',
    side: 'owner',
    says: 'The CNAME records of {name} lead in a circle',
    mend: 'Give {name} an address record (A, AAAA) in place of the CNAME',
  },
  'dns-bad-answer': {
    outcome: 'domain-unresolvable',
    side: 'owner',
    says: 'The DNS server does not answer the question {type} {name} properly ({detail})',
    mend: 'Name another resolver in dns.servers: dig {type} {name}',
  },
} as const satisfies Readonly<Record<string, CauseEntry>>;
