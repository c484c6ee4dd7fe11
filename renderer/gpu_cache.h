// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <map>
#include <memory>
#include <tuple>
#include <vector>

#include "body/picture.h"
#include "body/types.h"
#include "renderer/gl_objects.h"

namespace hmr {

/// Keeps on the graphics card what a scene shares by shared_ptr: uploaded when first seen, dropped (its storage
/// recycled) when nobody else holds it. Data behind a shared_ptr must not change while it lives; what has no owner is
/// uploaded every time.
class GpuCache {
public:
    struct Topology {
        GLuint buffer = 0;
        GLsizei numIndices = 0;
        std::uint32_t largestIndex = 0;
    };

    GLuint vertices(const std::shared_ptr<const void>& owner, const void* data, std::size_t bytes);
    /// Area-weighted normals of a mesh that brings none.
    GLuint computedNormals(const std::shared_ptr<const Points3f>& positions,
                           const std::shared_ptr<const Triangles>& triangles);
    /// Mean length of the edges at each vertex [V], metres.
    GLuint edgeLengths(const std::shared_ptr<const Points3f>& positions, const std::shared_ptr<const Triangles>& triangles);
    Topology topology(const std::shared_ptr<const Triangles>& triangles);
    /// Throws Error for a picture that is larger than the driver's textures. `repeats`: mipmapped and tiling, for
    /// surfaces.
    GLuint texture(const std::shared_ptr<const Picture>& picture, bool repeats);
    /// The same, not tiling, with so many versions of half the size, a quarter, … for drawing it shrunk; they are made once for each
    /// picture. Not by the driver: a software one compiles for that and takes long.
    GLuint shrinkableTexture(const std::shared_ptr<const Picture>& picture, int numHalved);

    /// Drops what only the cache knows; called once a draw.
    void dropUnused();

private:
    enum class Kind { Vertices, Normals, EdgeLengths, Indices, SurfaceTexture, BackgroundTexture };
    using Key = std::tuple<Kind, const void*, const void*>;
    struct BufferEntry {
        std::weak_ptr<const void> owner, secondOwner;
        GlBuffer buffer;
        std::uint32_t largestIndex = 0;
    };
    struct TextureEntry {
        std::weak_ptr<const void> owner;
        GlTexture texture;
        int numHalved = 0;
    };

    std::pair<BufferEntry*, bool> bufferEntry(const Key& key, const std::shared_ptr<const void>& owner,
                                              const std::shared_ptr<const void>& secondOwner = nullptr);

    TextureEntry& textureEntry(const std::shared_ptr<const Picture>& picture, bool repeats);

    std::map<Key, BufferEntry> buffers_;
    std::map<Key, TextureEntry> textures_;
    std::vector<GlBuffer> spareBuffers_;
    std::vector<GlTexture> spareTextures_;
};

}  // namespace hmr
