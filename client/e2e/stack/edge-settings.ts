/** Of push pods: clients who do as they are told are back soon, and who leaves is soon gone. */
export const podSettings = { FRESHET_PUSH_SSE_RETRY: "300MS", FRESHET_PUSH_PRESENCE_LEAVE_GRACE: "2S" };
