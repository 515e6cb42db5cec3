// Normalisations of float32.
#pragma once

#include <cstdint>

namespace smw::kernels {

/// x: (pixels, channels), gate: (channels): y = x * gate for pixels [begin, end). y may be x.
void scaleChannels(const float* x, const float* gate, float* y, int64_t channels, int64_t begin,
                   int64_t end);

/// y = (x - mean) * factor + offset with one triple a channel; x and y are (rows, channels), y may
/// be x.
void normalizeChannelsLast(const float* x, const float* mean, const float* factor,
                           const float* offset, float* y, int64_t channels, int64_t begin,
                           int64_t end);
/// The same for x of (planes, inner), where plane p belongs to channel p % channels.
void normalizeChannelsFirst(const float* x, const float* mean, const float* factor,
                            const float* offset, float* y, int64_t channels, int64_t inner,
                            int64_t begin, int64_t end);

/// Mean and (biased) variance of x as (outer, channels, inner) over all but the channels [begin,
/// end). The variance is that of the differences from the mean, not a difference of squares.
void channelMoments(const float* x, int64_t outer, int64_t channels, int64_t inner, float* mean,
                    float* variance, int64_t begin, int64_t end);

/// Layer normalisation of rows of n: (x - mean) / sqrt(variance + epsilon) * gamma + beta; gamma
/// and beta are (n), or null. y may be x.
void layerNorm(const float* x, const float* gamma, const float* beta, float epsilon, float* y,
               int64_t n, int64_t begin, int64_t end);

/// Local response normalisation over the last dimension: x / (bias + alpha * sum)^beta, where sum
/// is of the squares in a window of 2 radius + 1 channels. Rows [begin, end).
void localResponseNorm(const float* x, float* y, int64_t channels, int64_t radius, float bias,
                       float alpha, float beta, int64_t begin, int64_t end);

}  // namespace smw::kernels
