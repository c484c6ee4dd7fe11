// SPDX-License-Identifier: MIT
#include "renderer/gpu_cache.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "body/error.h"
#include "body/posing.h"

namespace hmr {
namespace {

constexpr std::size_t kMaxSpares = 32;

bool isSameOwner(const std::weak_ptr<const void>& known, const std::shared_ptr<const void>& owner) {
    return !known.owner_before(owner) && !owner.owner_before(known);
}

/// True when the entry still is what this owner holds; an owner that counts no references cannot tell, so never.
bool isCurrent(const std::weak_ptr<const void>& known, const std::shared_ptr<const void>& owner) {
    return isSameOwner(known, owner) && owner.use_count() > 0;
}

void upload(const GlBuffer& buffer, const void* data, std::size_t bytes) {
    glBindBuffer(GL_ARRAY_BUFFER, buffer.name());
    glBufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(bytes), data, GL_STREAM_DRAW);
}

Eigen::VectorXf meanEdgeLengths(const Points3f& positions, const Triangles& triangles) {
    Eigen::VectorXf sums = Eigen::VectorXf::Zero(positions.rows()), counts = sums;
    for (Eigen::Index i = 0; i < triangles.rows(); ++i)
        for (int corner = 0; corner < 3; ++corner) {
            const std::uint32_t from = triangles(i, corner), to = triangles(i, (corner + 1) % 3);
            const float length = (positions.row(from) - positions.row(to)).norm();
            for (const std::uint32_t vertex : {from, to}) {
                sums[vertex] += length;
                counts[vertex] += 1;
            }
        }
    return sums.cwiseQuotient(counts.cwiseMax(1));
}

void uploadLevel(const Picture& picture, int level) {
    const GLenum format = picture.channels == 1 ? GL_RED : picture.channels == 3 ? GL_RGB : GL_RGBA;
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    glTexImage2D(GL_TEXTURE_2D, level, picture.channels == 4 ? GL_RGBA8 : GL_RGB8, picture.width, picture.height, 0, format,
                 GL_UNSIGNED_BYTE, picture.pixels.data());
}

/// Each pixel the mean of two by two; of an odd side the last is left out.
Picture halved(const Picture& picture) {
    Picture half(std::max(1, picture.width / 2), std::max(1, picture.height / 2), picture.channels);
    const std::size_t right = picture.width > 1 ? picture.channels : 0;
    const std::size_t below = picture.height > 1 ? static_cast<std::size_t>(picture.width) * picture.channels : 0;
    for (int y = 0; y < half.height; ++y) {
        const std::uint8_t* from = picture.at(0, 2 * y);
        std::uint8_t* to = half.at(0, y);
        for (int x = 0; x < half.width; ++x, from += 2 * picture.channels, to += picture.channels)
            for (int c = 0; c < picture.channels; ++c)
                to[c] = static_cast<std::uint8_t>((from[c] + from[c + right] + from[c + below] + from[c + right + below] + 2) / 4);
    }
    return half;
}

void upload(const Picture& picture, bool repeats) {
    GLint largest = 0;
    glGetIntegerv(GL_MAX_TEXTURE_SIZE, &largest);
    if (picture.width > largest || picture.height > largest)
        throw Error("A picture of " + std::to_string(picture.width) + "x" + std::to_string(picture.height) +
                    " pixels is larger than the graphics driver's limit of " + std::to_string(largest) +
                    " pixels a side; scale it down first");
    uploadLevel(picture, 0);
    if (picture.channels == 1) {
        const GLint grey[] = {GL_RED, GL_RED, GL_RED, GL_ONE};
        glTexParameteriv(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_RGBA, grey);
    } else {
        const GLint plain[] = {GL_RED, GL_GREEN, GL_BLUE, GL_ALPHA};
        glTexParameteriv(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_RGBA, plain);
    }
    const GLint wrap = repeats ? GL_REPEAT : GL_CLAMP_TO_EDGE;
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, wrap);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, wrap);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, repeats ? GL_LINEAR_MIPMAP_LINEAR : GL_LINEAR);
    if (repeats) glGenerateMipmap(GL_TEXTURE_2D);
}

}  // namespace

std::pair<GpuCache::BufferEntry*, bool> GpuCache::bufferEntry(const Key& key, const std::shared_ptr<const void>& owner,
                                                              const std::shared_ptr<const void>& secondOwner) {
    const auto [found, isNew] = buffers_.try_emplace(key);
    BufferEntry& entry = found->second;
    if (!isNew && isCurrent(entry.owner, owner) && (!secondOwner || isCurrent(entry.secondOwner, secondOwner)))
        return {&entry, false};
    if (isNew && !spareBuffers_.empty()) {
        entry.buffer = std::move(spareBuffers_.back());
        spareBuffers_.pop_back();
    } else if (isNew) {
        entry.buffer = makeBuffer();
    }
    entry.owner = owner;
    entry.secondOwner = secondOwner;
    return {&entry, true};
}

GLuint GpuCache::vertices(const std::shared_ptr<const void>& owner, const void* data, std::size_t bytes) {
    const auto [entry, isStale] = bufferEntry({Kind::Vertices, owner.get(), nullptr}, owner);
    if (isStale) upload(entry->buffer, data, bytes);
    return entry->buffer.name();
}

GLuint GpuCache::computedNormals(const std::shared_ptr<const Points3f>& positions,
                                 const std::shared_ptr<const Triangles>& triangles) {
    const auto [entry, isStale] = bufferEntry({Kind::Normals, positions.get(), triangles.get()}, positions, triangles);
    if (isStale) {
        const Points3f normals = vertexNormals(*positions, *triangles);
        upload(entry->buffer, normals.data(), sizeof(float) * normals.size());
    }
    return entry->buffer.name();
}

GLuint GpuCache::edgeLengths(const std::shared_ptr<const Points3f>& positions,
                             const std::shared_ptr<const Triangles>& triangles) {
    const auto [entry, isStale] =
        bufferEntry({Kind::EdgeLengths, positions.get(), triangles.get()}, positions, triangles);
    if (isStale) {
        const Eigen::VectorXf lengths = meanEdgeLengths(*positions, *triangles);
        upload(entry->buffer, lengths.data(), sizeof(float) * lengths.size());
    }
    return entry->buffer.name();
}

GpuCache::Topology GpuCache::topology(const std::shared_ptr<const Triangles>& triangles) {
    const auto [entry, isStale] = bufferEntry({Kind::Indices, triangles.get(), nullptr}, triangles);
    if (isStale) {
        upload(entry->buffer, triangles->data(), sizeof(std::uint32_t) * triangles->size());
        entry->largestIndex = triangles->size() > 0 ? triangles->maxCoeff() : 0;
    }
    return {entry->buffer.name(), static_cast<GLsizei>(triangles->size()), entry->largestIndex};
}

GpuCache::TextureEntry& GpuCache::textureEntry(const std::shared_ptr<const Picture>& picture, bool repeats) {
    const Kind kind = repeats ? Kind::SurfaceTexture : Kind::BackgroundTexture;
    const auto [found, isNew] = textures_.try_emplace({kind, picture.get(), nullptr});
    TextureEntry& entry = found->second;
    if (!isNew && isCurrent(entry.owner, picture)) return entry;
    if (isNew && !repeats && !spareTextures_.empty()) {
        entry.texture = std::move(spareTextures_.back());
        spareTextures_.pop_back();
    } else if (isNew) {
        entry.texture = makeTexture();
    }
    glBindTexture(GL_TEXTURE_2D, entry.texture.name());
    upload(*picture, repeats);
    entry.owner = picture;
    entry.numHalved = 0;
    return entry;
}

GLuint GpuCache::texture(const std::shared_ptr<const Picture>& picture, bool repeats) {
    return textureEntry(picture, repeats).texture.name();
}

GLuint GpuCache::shrinkableTexture(const std::shared_ptr<const Picture>& picture, int numHalved) {
    TextureEntry& entry = textureEntry(picture, false);
    if (entry.numHalved >= numHalved) return entry.texture.name();
    glBindTexture(GL_TEXTURE_2D, entry.texture.name());
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, numHalved);
    Picture level;
    for (int i = 1; i <= numHalved; ++i) {
        level = halved(i == 1 ? *picture : level);
        uploadLevel(level, i);
    }
    entry.numHalved = numHalved;
    return entry.texture.name();
}

void GpuCache::dropUnused() {
    for (auto item = buffers_.begin(); item != buffers_.end();) {
        BufferEntry& entry = item->second;
        const bool hasSecond = std::get<2>(item->first) != nullptr, isSecondGone = hasSecond && entry.secondOwner.expired();
        const bool isUnused = entry.owner.expired() || isSecondGone;
        if (isUnused && spareBuffers_.size() < kMaxSpares) spareBuffers_.push_back(std::move(entry.buffer));
        item = isUnused ? buffers_.erase(item) : std::next(item);
    }
    for (auto item = textures_.begin(); item != textures_.end();) {
        const bool isUnused = item->second.owner.expired();
        // Only backgrounds are recycled: surface textures carry mipmaps that a frame of video would not overwrite.
        if (isUnused && std::get<0>(item->first) == Kind::BackgroundTexture && spareTextures_.size() < 2)
            spareTextures_.push_back(std::move(item->second.texture));
        item = isUnused ? textures_.erase(item) : std::next(item);
    }
}

}  // namespace hmr
