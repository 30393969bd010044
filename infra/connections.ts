import { connectionAccess, logging } from './access-log'

/** This is the WebSocket API; `realtime.ts` answers on it. */
export const connections = new sst.aws.ApiGatewayWebSocket('Connections', {
  accessLog: { retention: '1 month' },
  transform: { stage: logging(connectionAccess) },
})
