import { describe } from 'vitest';
import { INSTRUMENTS, METHODS, REAGENTS } from './bench.ts';
import { testModule } from './testing.ts';

const READY = 'runs_on(lead, icp1). instrument_status(icp1, available). calibrated_until(icp1, 200). now(100).';
const LOT = 'uses_reagent(lead, hno3). now(100).';

describe('instruments', () => {
  testModule(INSTRUMENTS, {
    'instruments.calibrated': {
      goal: 'instrument_calibrated(icp1)',
      holds: 'calibrated_until(icp1, 100). now(100).',
      not: 'calibrated_until(icp1, 99). now(100).',
    },
    'instruments.qc_failed': {
      goal: 'qc_failed(icp1, lead)',
      holds: [
        'qc_z(icp1, lead, 1, -3.1).',
        'qc_z(icp1, lead, 1, 2.1). qc_z(icp1, lead, 2, 2.2).',
        'qc_z(icp1, lead, 1, -2.1). qc_z(icp1, lead, 2, -2.2).',
        'qc_z(icp1, lead, 1, 2.1). qc_z(icp1, lead, 2, -2.0).',
      ],
      not: [
        'qc_z(icp1, lead, 1, 3). qc_z(icp1, lead, 2, 1).',
        'qc_z(icp1, lead, 1, 2.1). qc_z(icp1, lead, 2, 2).',
        'qc_z(icp1, lead, 1, 2). qc_z(icp1, lead, 2, -2).',
        'qc_z(icp1, ph, 1, 4).',
      ],
    },
    'instruments.ready': {
      goal: 'instrument_ready(icp1, lead)',
      holds: READY,
      not: [
        READY.replace('available', 'repair'),
        READY.replace('200', '99'),
        `${READY} qc_z(icp1, lead, 1, 3.5).`,
        READY.replace('runs_on(lead', 'runs_on(ph'),
      ],
    },
    'instruments.ready_for': {
      goal: 'ready_instrument(a1, lead)',
      holds: `${READY} on_instrument(a1, icp1).`,
      not: [READY, `${READY} on_instrument(a1, icp2).`],
    },
    'instruments.not_ready': {
      goal: 'blocker(s1, testing, instrument(lead))',
      holds: `analysis(a1, s1, lead). ${READY}`,
      not: [
        `analysis(a1, s1, lead). on_instrument(a1, icp1). ${READY}`,
        `analysis(a1, s1, lead). analysis_status(a1, cancelled). ${READY}`,
      ],
    },
  });
});

describe('reagents', () => {
  testModule(REAGENTS, {
    'reagents.usable': {
      goal: 'reagent_usable(hno3)',
      holds: 'lot(hno3, l1, 100, 5). lot_qc(l1, passed). now(100).',
      not: [
        'lot(hno3, l1, 99, 5). lot_qc(l1, passed). now(100).',
        'lot(hno3, l1, 100, 0). lot_qc(l1, passed). now(100).',
        'lot(hno3, l1, 100, 5). lot_qc(l1, pending). now(100).',
      ],
    },
    'reagents.missing': {
      goal: 'missing_reagent(lead, hno3)',
      holds: LOT,
      not: `${LOT} lot(hno3, l1, 100, 5). lot_qc(l1, passed).`,
    },
    'reagents.blocker': {
      goal: 'blocker(s1, testing, reagent(lead, hno3))',
      holds: `analysis(a1, s1, lead). ${LOT}`,
      not: [
        `analysis(a1, s1, lead). ${LOT} lot(hno3, l1, 100, 5). lot_qc(l1, passed).`,
        `analysis(a1, s1, lead). analysis_status(a1, rejected). ${LOT}`,
      ],
    },
  });
});

describe('methods', () => {
  testModule(METHODS, {
    'methods.ok': {
      goal: 'method_ok(lead)',
      holds: 'method_current(lead, v2). method_version(lead, v2).',
      not: 'method_current(lead, v2). method_version(lead, v1).',
    },
    'methods.blocker': {
      goal: 'blocker(s1, testing, method(lead))',
      holds: 'analysis(a1, s1, lead). method_current(lead, v2). method_version(lead, v1).',
      not: [
        'analysis(a1, s1, lead). method_current(lead, v2). method_version(lead, v2).',
        'analysis(a1, s1, lead). analysis_status(a1, cancelled).',
      ],
    },
  });
});
