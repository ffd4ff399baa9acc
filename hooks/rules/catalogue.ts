export { rule as elb02 } from './elb-02';
export { rule as net01 } from './net-01';
