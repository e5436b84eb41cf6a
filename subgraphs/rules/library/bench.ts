import type { LibraryModule } from './module.ts';

/** Instruments are available, calibrated and in control (Westgard rules on Z scores, newest first). */
export const INSTRUMENTS: LibraryModule = {
  capability: 'instruments',
  rules: [
    {
      id: 'instruments.calibrated',
      label: 'A calibration counts until it runs out',
      text: 'instrument_calibrated(I) :- calibrated_until(I, T), now(N), T >= N.',
    },
    {
      id: 'instruments.qc_failed',
      label: 'Control results out of control (1-3s, 2-2s, R-4s)',
      text: `qc_failed(I, T) :- qc_z(I, T, 1, Z), abs(Z) > 3.
qc_failed(I, T) :- qc_z(I, T, 1, A), qc_z(I, T, 2, B), A > 2, B > 2.
qc_failed(I, T) :- qc_z(I, T, 1, A), qc_z(I, T, 2, B), A < -2, B < -2.
qc_failed(I, T) :- qc_z(I, T, 1, A), qc_z(I, T, 2, B), D is abs(A - B), D > 4.`,
    },
    {
      id: 'instruments.ready',
      label: 'An instrument is ready when available, calibrated and in control',
      text: 'instrument_ready(I, T) :- runs_on(T, I), instrument_status(I, available), instrument_calibrated(I), \\+ qc_failed(I, T).',
    },
    {
      id: 'instruments.ready_for',
      label: 'The analysis is placed on a ready instrument',
      text: 'ready_instrument(A, T) :- on_instrument(A, I), instrument_ready(I, T).',
    },
    {
      id: 'instruments.not_ready',
      label: 'Testing begins on a ready instrument',
      text: 'blocker(S, testing, instrument(T)) :- analysis(A, S, T), live(A), \\+ ready_instrument(A, T).',
    },
  ],
  reasons: {
    'instrument/1': {
      code: 'INSTRUMENT_NOT_READY',
      message: 'No ready instrument for {1}: choose one that is available, calibrated and in control.',
    },
  },
};

/** Reagents are in date, in stock and released. */
export const REAGENTS: LibraryModule = {
  capability: 'reagents',
  rules: [
    {
      id: 'reagents.usable',
      label: 'A reagent has a released lot in date and in stock',
      text: 'reagent_usable(R) :- lot(R, L, Exp, Qty), now(N), Exp >= N, Qty > 0, lot_qc(L, passed).',
    },
    {
      id: 'reagents.missing',
      label: 'A reagent of the test that is not usable',
      text: 'missing_reagent(T, R) :- uses_reagent(T, R), \\+ reagent_usable(R).',
    },
    {
      id: 'reagents.blocker',
      label: 'Testing begins with usable reagents',
      text: 'blocker(S, testing, reagent(T, R)) :- analysis(A, S, T), live(A), missing_reagent(T, R).',
    },
  ],
  reasons: {
    'reagent/2': { code: 'REAGENT_MISSING', message: 'The test {1} has no usable lot of {2}: receive or release one.' },
  },
};

/** Tests are made by the current version of their method. */
export const METHODS: LibraryModule = {
  capability: 'methods',
  rules: [
    {
      id: 'methods.ok',
      label: 'The bench follows the current version of the method',
      text: 'method_ok(T) :- method_current(T, V), method_version(T, V).',
    },
    {
      id: 'methods.blocker',
      label: 'Testing begins with the current method',
      text: 'blocker(S, testing, method(T)) :- analysis(A, S, T), live(A), \\+ method_ok(T).',
    },
  ],
  reasons: {
    'method/1': {
      code: 'METHOD_OUTDATED',
      message: 'The test {1} is not set up with its current method: update the method.',
    },
  },
};
