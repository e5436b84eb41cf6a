/**
 * What the importer wants from a row, and the headings under which exports of the Water Quality Portal carry it:
 * the portal's own names first, then those of its WQX 3.0 profiles. Only letters and digits count, so that
 * `ActivityStartTime/Time` and `ActivityStartTime.Time` are one heading.
 */
const HEADINGS = {
  activity: ['ActivityIdentifier', 'Activity_ActivityIdentifier'],
  activityType: ['ActivityTypeCode', 'Activity_TypeCode'],
  media: ['ActivityMediaName', 'Activity_Media'],
  date: ['ActivityStartDate', 'Activity_StartDate'],
  time: ['ActivityStartTime/Time', 'Activity_StartTime'],
  zone: ['ActivityStartTime/TimeZoneCode', 'Activity_StartTimeZone'],
  organization: ['OrganizationIdentifier', 'Org_Identifier'],
  organizationName: ['OrganizationFormalName', 'Org_FormalName'],
  location: ['MonitoringLocationIdentifier', 'Location_Identifier'],
  locationName: ['MonitoringLocationName', 'Location_Name'],
  latitude: [
    'LatitudeMeasure',
    'ActivityLocation/LatitudeMeasure',
    'Location_LatitudeStandardized',
    'Location_Latitude',
  ],
  longitude: [
    'LongitudeMeasure',
    'ActivityLocation/LongitudeMeasure',
    'Location_LongitudeStandardized',
    'Location_Longitude',
  ],
  characteristic: ['CharacteristicName', 'Result_Characteristic'],
  fraction: ['ResultSampleFractionText', 'Result_SampleFraction'],
  speciation: ['MethodSpeciationName', 'Result_MethodSpeciation'],
  method: ['ResultAnalyticalMethod/MethodIdentifier', 'ResultAnalyticalMethod_Identifier'],
  methodContext: ['ResultAnalyticalMethod/MethodIdentifierContext', 'ResultAnalyticalMethod_IdentifierContext'],
  value: ['ResultMeasureValue', 'Result_Measure'],
  unit: ['ResultMeasure/MeasureUnitCode', 'Result_MeasureUnit'],
  condition: ['ResultDetectionConditionText', 'Result_ResultDetectionCondition'],
  limit: ['DetectionQuantitationLimitMeasure/MeasureValue', 'DetectionLimit_MeasureA'],
  limitUnit: ['DetectionQuantitationLimitMeasure/MeasureUnitCode', 'DetectionLimit_MeasureUnitA'],
  qualifiers: ['MeasureQualifierCode', 'Result_MeasureQualifierCode'],
  status: ['ResultStatusIdentifier', 'Result_MeasureStatusIdentifier'],
  analysisDate: ['AnalysisStartDate', 'LabInfo_AnalysisStartDate'],
  laboratory: ['LaboratoryName', 'LabInfo_Name'],
  comment: ['ResultLaboratoryCommentText'],
  collectionMethod: ['SampleCollectionMethod/MethodIdentifier', 'SampleCollectionMethod_Identifier'],
} as const;

export type Field = keyof typeof HEADINGS;

/** The wanted cells of one row, trimmed; empty where the export has no such column. */
export type Cells = Readonly<Record<Field, string>>;

export interface Row {
  /** As a spreadsheet counts: the headings are row 1. */
  readonly number: number;
  readonly cells: Cells;
}

export const FIELDS = Object.keys(HEADINGS) as readonly Field[];
const REQUIRED = ['activity', 'date', 'characteristic', 'value'] as const satisfies readonly Field[];

function plain(heading: string): string {
  return heading.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/**
 * Finds the columns by their headings and returns the reader of a record.
 * @throws Error that names every required heading that is missing.
 */
export function cellReader(headings: readonly string[]): (record: readonly string[]) => Cells {
  const positions = new Map(headings.map((heading, index) => [plain(heading), index]));
  const found = new Map<Field, number>();
  for (const field of FIELDS) {
    const heading = HEADINGS[field].find((name) => positions.has(plain(name)));
    if (heading !== undefined) found.set(field, positions.get(plain(heading)) ?? -1);
  }
  const missing = REQUIRED.filter((field) => !found.has(field)).map((field) => HEADINGS[field].join(' or '));
  if (missing.length > 0) {
    throw new Error(
      `The first line must hold the headings of a result export of the Water Quality Portal; missing: ${missing.join('; ')}.`,
    );
  }
  return (record) => {
    const cell = (field: Field) => record[found.get(field) ?? -1]?.trim() ?? '';
    return Object.fromEntries(FIELDS.map((field) => [field, cell(field)])) as Cells;
  };
}
