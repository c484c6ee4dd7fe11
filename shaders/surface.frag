// SPDX-License-Identifier: MIT
// One of LIT, NORMALS, PART_COLORS, FLAT, PART_LABELS, PICK, WIREFRAME is defined; TEXTURED adds a picture with alpha cut-out.
const int kMaxLights = 8;
const int kNumPartColors = 25;
uniform vec3 ambient;
uniform int numLights;
uniform vec3 lightDirections[kMaxLights];  // unit, the way the light travels, view axes
uniform vec3 lightColors[kMaxLights];
uniform float specular;
uniform float opacity;
uniform vec3 partColors[kNumPartColors];
uniform uint pickId;
uniform uint meshIndex;
#ifdef TEXTURED
uniform sampler2D surfacePicture;
#endif
in vec3 viewPosition;
in vec3 viewNormal;
in vec3 vertexColor;
in vec2 surfaceCoordinate;
flat in uint surfacePart;
#ifdef WIREFRAME
in float lineStrength;
#endif

#if defined(PART_LABELS)
out uint outLabel;
#elif defined(PICK)
out uvec4 outHit;
#else
out vec4 outColor;
#endif

vec3 facingNormal() {
    vec3 n = normalize(viewNormal);
    return gl_FrontFacing ? n : -n;
}

#if defined(LIT)
vec3 lit(vec3 albedo) {
    vec3 n = facingNormal();
    vec3 toEye = normalize(-viewPosition);
    float sky = 1.0 - 0.22 * n.y;  // y points down: surfaces that look up get more of the ambient light
    vec3 diffuse = ambient * sky;
    vec3 gloss = vec3(0.0);
    for (int i = 0; i < numLights; ++i) {
        float cosine = dot(n, -lightDirections[i]);
        float wrapped = max((cosine + 0.18) / 1.18, 0.0);
        diffuse += lightColors[i] * wrapped;
        vec3 halfway = normalize(toEye - lightDirections[i]);
        float shine = cosine > 0.0 ? max(dot(n, halfway), 0.0) : 0.0;
        float shine4 = shine * shine * shine * shine, shine8 = shine4 * shine4;
        gloss += lightColors[i] * (shine8 * shine8 * shine8 * shine4);  // to the power of 28; pow() makes software drivers compile long
    }
    return albedo * diffuse + 0.6 * specular * gloss;
}
#endif

void main() {
    vec3 albedo = vertexColor;
#ifdef TEXTURED
    vec4 texel = texture(surfacePicture, surfaceCoordinate);
    if (texel.a < 0.5) discard;
    albedo *= texel.rgb;
#endif
#if defined(PART_LABELS)
    outLabel = surfacePart;
#elif defined(PICK)
    outHit = uvec4(pickId, uint(gl_PrimitiveID), floatBitsToUint(viewPosition.z), meshIndex);
#elif defined(NORMALS)
    vec3 n = facingNormal();
    outColor = vec4(0.5 + 0.5 * vec3(n.x, -n.y, -n.z), opacity);
#elif defined(PART_COLORS)
    float facing = clamp(-facingNormal().z, 0.0, 1.0);
    outColor = vec4(partColors[int(surfacePart) % kNumPartColors] * (0.72 + 0.28 * facing), opacity);
#elif defined(LIT)
    outColor = vec4(clamp(lit(albedo), 0.0, 1.0), opacity);
#elif defined(WIREFRAME)
    outColor = vec4(albedo, opacity * lineStrength);
#else
    outColor = vec4(albedo, opacity);
#endif
}
