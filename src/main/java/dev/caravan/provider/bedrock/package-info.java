/**
 * Amazon Bedrock: Converse for the models of everybody, InvokeModel for those of Anthropic.
 *
 * <p>
 * Sources: <a href="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html">AWS: Converse</a>,
 * <a href="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html">AWS: ConverseStream</a>,
 * <a href="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html">AWS:
 * InvokeModelWithResponseStream</a>,
 * <a href="https://smithy.io/2.0/aws/amazon-eventstream.html">Smithy: Amazon event stream</a>,
 * <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html">AWS: Signature Version 4</a>.
 */
package dev.caravan.provider.bedrock;
