/** Just after midnight the half hour that ended is of the day that is compared, which has it in progress already. */
export const WHERE_IT_IS_NOON = `Etc/GMT${new Date().getUTCHours() < 12 ? '-' : '+'}${Math.abs(12 - new Date().getUTCHours())}`;
