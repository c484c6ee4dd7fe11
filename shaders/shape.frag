// SPDX-License-Identifier: MIT
in vec2 pixel;
flat in vec4 shapeEnds;
flat in vec3 shapeRadii;
flat in vec4 shapeFill;
flat in vec4 shapeRim;
out vec4 outColor;

void main() {
    vec2 along = shapeEnds.zw - shapeEnds.xy;
    vec2 offset = pixel - shapeEnds.xy;
    float t = clamp(dot(offset, along) / max(dot(along, along), 1e-6), 0.0, 1.0);
    float outside = length(offset - t * along) - mix(shapeRadii.x, shapeRadii.y, t);
    float coverage = clamp(0.5 - outside, 0.0, 1.0);
    float rim = shapeRadii.z > 0.0 ? clamp(0.5 + outside + shapeRadii.z, 0.0, 1.0) : 0.0;
    vec4 color = mix(shapeFill, shapeRim, rim);
    outColor = vec4(color.rgb, color.a * coverage);
}
