export * from '../../tools/samples/entities'
