/**
 * Why a command to IPVS was refused: the kernel's error number with the text libipvs and keepalived give it
 * [D-errors-01]. One number has several texts, depending on the command.
 */
export type IpvsErrno = 'ENOENT' | 'ESRCH' | 'EEXIST' | 'ENODEV' | 'EINVAL' | 'ERANGE' | 'EOPNOTSUPP';

export interface IpvsError {
  readonly errno: IpvsErrno;
  readonly number: number;
  readonly text: string;
}

export const SERVICE_EXISTS: IpvsError = { errno: 'EEXIST', number: 17, text: 'Service already exists' };
export const NO_SUCH_SERVICE: IpvsError = { errno: 'ESRCH', number: 3, text: 'No such service' };
/** The same number, where the command is about a server. */
export const SERVICE_NOT_DEFINED: IpvsError = { errno: 'ESRCH', number: 3, text: 'Service not defined' };
export const DESTINATION_EXISTS: IpvsError = {
  errno: 'EEXIST',
  number: 17,
  text: 'Destination already exists',
};
export const NO_SUCH_DESTINATION: IpvsError = { errno: 'ENOENT', number: 2, text: 'No such destination' };
export const SCHEDULER_NOT_FOUND: IpvsError = {
  errno: 'ENOENT',
  number: 2,
  text: 'Scheduler or persistence engine not found',
};
export const INVALID_OPERATION: IpvsError = {
  errno: 'EINVAL',
  number: 22,
  text: 'Invalid operation.  Possibly wrong module version, address not unicast, ...',
};
export const OUT_OF_RANGE: IpvsError = { errno: 'ERANGE', number: 34, text: 'Numerical result out of range' };
export const NO_DAEMON: IpvsError = { errno: 'ESRCH', number: 3, text: 'No daemon is running' };
export const NO_SUCH_DEVICE: IpvsError = { errno: 'ENODEV', number: 19, text: 'No such device' };

/** What the real IPVS can do and this one cannot yet: refused, so that nobody believes otherwise. */
export function notSimulated(what: string): IpvsError {
  return { errno: 'EOPNOTSUPP', number: 95, text: `${what}: not simulated` };
}
