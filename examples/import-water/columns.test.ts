import { expect, test } from 'vitest';
import { cellReader } from './columns.ts';

const REQUIRED = ['ActivityIdentifier', 'ActivityStartDate', 'CharacteristicName', 'ResultMeasureValue'];

test("a column is found by its name, whatever its place and the export's punctuation", () => {
  for (const heading of ['ActivityStartTime/Time', 'ActivityStartTime.Time', 'Activity_StartTime']) {
    const read = cellReader([heading, ...REQUIRED]);
    expect(read(['13:15:00', 'A-1', '2021-05-04', 'Nitrate', ' 1.2 '])).toMatchObject({
      ...{ time: '13:15:00', activity: 'A-1', value: '1.2', location: '' },
    });
  }
});

test('the headings of the WQX 3.0 profiles are known too', () => {
  const read = cellReader([
    'Activity_ActivityIdentifier',
    'Activity_StartDate',
    'Result_Characteristic',
    'Result_Measure',
    'Result_MeasureUnit',
  ]);
  expect(read(['A', '2021-05-04', 'pH', '7', 'None'])).toMatchObject({ characteristic: 'pH', unit: 'None' });
});

test('every missing required heading is named at once', () => {
  expect(() => cellReader(['ActivityIdentifier', 'Something'])).toThrow(
    /ActivityStartDate.*CharacteristicName.*ResultMeasureValue/,
  );
});
