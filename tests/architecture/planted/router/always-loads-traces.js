import './telemetry/otlp.js';
