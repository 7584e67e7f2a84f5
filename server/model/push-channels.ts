/** The push channels, and the member of push templates and of messages that is for each (source: model). */
export const pushMembers: ReadonlyMap<unknown, 'ADM' | 'APNS' | 'Baidu' | 'GCM'> = new Map([
  ['ADM', 'ADM'],
  ['APNS', 'APNS'],
  ['APNS_SANDBOX', 'APNS'],
  ['APNS_VOIP', 'APNS'],
  ['APNS_VOIP_SANDBOX', 'APNS'],
  ['BAIDU', 'Baidu'],
  ['GCM', 'GCM'],
])
