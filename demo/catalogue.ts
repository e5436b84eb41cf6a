/** What the demonstration laboratory offers. The codes are those that the client operations' examples use. */
export const CATALOGUE = {
  types: [
    { code: 'WATER', name: 'Surface water' },
    { code: 'GROUNDWATER', name: 'Groundwater' },
    { code: 'WASTEWATER', name: 'Treated wastewater' },
    { code: 'SEDIMENT', name: 'Sediment' },
  ],
  clients: [
    { code: 'UTAHDWQ', name: 'Utah Division of Water Quality' },
    { code: 'CACHEVALLEY', name: 'Cache Valley Water Users' },
    { code: 'PROVO', name: 'City of Provo' },
  ],
  points: [
    { code: 'UTAHDWQ_WQX-4900440', name: 'Bear River west of Richmond', latitude: 41.92, longitude: -111.85 },
    { code: 'UTAHDWQ_WQX-4905000', name: 'Little Bear River at Wellsville', latitude: 41.64, longitude: -111.93 },
    { code: 'LOGAN-03', name: 'Logan River, third dam', latitude: 41.74, longitude: -111.78 },
    { code: 'PROVO-EFFLUENT', name: 'Provo treatment plant, effluent', latitude: 40.21, longitude: -111.65 },
    { code: 'WELL-17', name: 'Observation well 17', latitude: 41.5, longitude: -111.82 },
  ],
  services: [
    { code: 'NITRATE', name: 'Nitrate as N', unit: 'mg/L', method: 'EPA 353.2', holdingTimeHours: 48 },
    { code: 'NITRITE', name: 'Nitrite as N', unit: 'mg/L', method: 'EPA 353.2', holdingTimeHours: 48 },
    { code: 'AMMONIA', name: 'Ammonia as N', unit: 'mg/L', method: 'EPA 350.1', holdingTimeHours: 672 },
    { code: 'PHOSPHORUS', name: 'Phosphorus, total', unit: 'mg/L', method: 'EPA 365.1', holdingTimeHours: 672 },
    { code: 'TURBIDITY', name: 'Turbidity', unit: '[NTU]', method: 'EPA 180.1', holdingTimeHours: 48 },
    { code: 'CONDUCTIVITY', name: 'Specific conductance at 25 Cel', unit: 'uS/cm', method: 'SM 2510 B' },
    { code: 'ECOLI', name: 'Escherichia coli', unit: '{MPN}/(100.mL)', method: 'SM 9223 B', holdingTimeHours: 30 },
  ],
} as const;
