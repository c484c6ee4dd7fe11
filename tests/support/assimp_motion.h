// SPDX-License-Identifier: MIT
#pragma once
#include <assimp/anim.h>
#include <assimp/scene.h>

#include <Eigen/Core>
#include <map>
#include <string>

namespace hmr::test {

/// World transforms of every node at a time of an imported scene's animations, linear between keys; file units.
class AssimpMotion {
public:
    explicit AssimpMotion(const aiScene& scene) : scene_(scene) {
        for (unsigned a = 0; a < scene.mNumAnimations; ++a) {
            const aiAnimation& animation = *scene.mAnimations[a];
            const double rate = animation.mTicksPerSecond > 0 ? animation.mTicksPerSecond : 1;
            for (unsigned c = 0; c < animation.mNumChannels; ++c) channels_[animation.mChannels[c]->mNodeName.C_Str()] = {animation.mChannels[c], rate};
        }
    }
    std::map<std::string, aiMatrix4x4> at(double seconds) const {
        std::map<std::string, aiMatrix4x4> world;
        visit(*scene_.mRootNode, aiMatrix4x4(), seconds, world);
        return world;
    }

private:
    struct Channel {
        const aiNodeAnim* keys = nullptr;
        double ticksPerSecond = 1;
    };
    template <typename Key>
    static auto value(const Key* keys, unsigned count, double ticks) {
        unsigned next = 0;
        while (next < count && keys[next].mTime < ticks) ++next;
        if (next == 0 || next == count) return keys[next == 0 ? 0 : count - 1].mValue;
        const auto share = static_cast<float>((ticks - keys[next - 1].mTime) / (keys[next].mTime - keys[next - 1].mTime));
        auto result = keys[0].mValue;
        Assimp::Interpolator<Key>()(result, keys[next - 1], keys[next], share);
        return result;
    }
    void visit(const aiNode& node, const aiMatrix4x4& parent, double seconds, std::map<std::string, aiMatrix4x4>& world) const {
        aiVector3D scale, place;
        aiQuaternion turn;
        node.mTransformation.Decompose(scale, turn, place);
        aiMatrix4x4 local = node.mTransformation;
        if (const auto found = channels_.find(node.mName.C_Str()); found != channels_.end()) {
            const aiNodeAnim& keys = *found->second.keys;
            const double ticks = seconds * found->second.ticksPerSecond;
            if (keys.mNumPositionKeys > 0) place = value(keys.mPositionKeys, keys.mNumPositionKeys, ticks);
            if (keys.mNumRotationKeys > 0) turn = value(keys.mRotationKeys, keys.mNumRotationKeys, ticks);
            if (keys.mNumScalingKeys > 0) scale = value(keys.mScalingKeys, keys.mNumScalingKeys, ticks);
            local = aiMatrix4x4(scale, turn, place);
        }
        const aiMatrix4x4 transform = parent * local;
        world[node.mName.C_Str()] = transform;
        for (unsigned child = 0; child < node.mNumChildren; ++child) visit(*node.mChildren[child], transform, seconds, world);
    }

    const aiScene& scene_;
    std::map<std::string, Channel> channels_;
};

}  // namespace hmr::test
