import { duration, SECOND } from '../setting.ts'

/** The one table of time-outs; how they stand to each other is checked in relations.ts. */
export const timingSettings = {
  'simspark.network.heartbeatInterval': duration({
    default: 2 * SECOND,
    unit: 'ms',
    min: 10,
    doc: 'Workers, hosts and drivers show that they live once in so long.',
  }),
  'simspark.network.suspectTimeout': duration({
    default: 4 * SECOND,
    unit: 'ms',
    min: 20,
    doc: 'What has been silent for so long gets no new work until it is heard again.',
  }),
  'simspark.network.timeout': duration({
    default: 10 * SECOND,
    unit: 's',
    min: 50,
    doc: 'What has been silent for so long is lost for good; its work is done elsewhere.',
  }),
  'simspark.network.leaseTimeout': duration({
    default: 15 * SECOND,
    unit: 's',
    min: 60,
    doc: 'A host whose driver has not been heard for so long ends itself.',
  }),
  'simspark.network.pingTimeout': duration({
    default: 6 * SECOND,
    unit: 'ms',
    min: 20,
    doc: 'A connection on which nothing came for so long is closed.',
  }),
  'simspark.network.connectTimeout': duration({
    default: 3 * SECOND,
    unit: 's',
    min: 10,
    doc: 'An attempt to connect is given up after so long.',
  }),
  'simspark.network.reconnectMin': duration({
    default: 200,
    unit: 'ms',
    min: 1,
    doc: 'The first pause before a lost connection is tried again; it doubles from there.',
  }),
  'simspark.network.reconnectMax': duration({
    default: 2 * SECOND,
    unit: 's',
    min: 1,
    doc: 'The longest pause before a lost connection is tried again.',
  }),
} as const
