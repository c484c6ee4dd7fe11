// SPDX-License-Identifier: MIT
// Flat shapes in target pixels, y down: tapered capsules (a disc where both ends meet), drawn smooth by the fragment shader.
uniform vec2 targetSize;
layout(location = 0) in vec2 position;     // corner of the quad around the shape, pixels
layout(location = 1) in vec4 ends;         // a.xy, b.xy
layout(location = 2) in vec3 radii;        // at a, at b, width of the rim
layout(location = 3) in vec4 fillColor;
layout(location = 4) in vec4 rimColor;
out vec2 pixel;
flat out vec4 shapeEnds;
flat out vec3 shapeRadii;
flat out vec4 shapeFill;
flat out vec4 shapeRim;

void main() {
    pixel = position;
    shapeEnds = ends;
    shapeRadii = radii;
    shapeFill = fillColor;
    shapeRim = rimColor;
    gl_Position = vec4(2.0 * position.x / targetSize.x - 1.0, 1.0 - 2.0 * position.y / targetSize.y, 0.0, 1.0);
}
